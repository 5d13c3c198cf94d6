/* Progress of training on standard error: a bar on a terminal, a few lines elsewhere. */
#ifndef OG_TOOLS_PROGRESS_H
#define OG_TOOLS_PROGRESS_H

#include <onnxgrad/train.h>

typedef enum progress_style { PROGRESS_NONE, PROGRESS_PLAIN, PROGRESS_BAR } progress_style;

typedef struct progress {
    progress_style style;
    double started, shown; /* when training began, when the last line was written */
    int64_t first_step;    /* steps done before this process began */
    int64_t next_share;    /* of the epoch, in percent, that is worth a plain line */
    bool open;             /* the cursor stands behind a bar */
    bool headed;
} progress;

/* "auto", "bar", "plain" or "none"; false for another word. */
bool progress_open(progress *p, const char *style);
void progress_event(progress *p, const og_train_event *event);
/* Ends a line that is still open. */
void progress_close(progress *p);

#endif

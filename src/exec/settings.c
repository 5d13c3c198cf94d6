/* Numbers of the chain that are changed between runs: states of one double, by name. */
#include "exec/plan.h"

#include <stdio.h>

const char *og_session_setting(const og_session *s, size_t i)
{
    const og_graph *g = og_session_graph(s);

    return g && i < g->settings.n ? g->settings.v[i].name : NULL;
}

/* "a, b, c": the names that can be set, as many as fit. */
static void list_names(const og_graph *g, char *out, size_t size)
{
    size_t at = 0;

    *out = '\0';
    for (size_t i = 0; i < g->settings.n; i++) {
        const og_setting *s = &g->settings.v[i];

        if (!s->state)
            continue;
        if (at + strlen(s->name) + 8 > size) {
            snprintf(out + at, size - at, ", …");
            return;
        }
        at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", s->name);
    }
}

static const og_setting *find(const og_graph *g, const char *name, og_report *report)
{
    char shown[100], names[400];
    const og_setting *s = NULL;

    for (size_t i = 0; i < g->settings.n && !s; i++)
        if (!strcmp(g->settings.v[i].name, name))
            s = &g->settings.v[i];
    list_names(g, names, sizeof names);
    if (!s) {
        og_fail(report, OG_NOT_FOUND, "the chain has no number '%s'",
                og_escape(shown, sizeof shown, name));
        og_report_hint(report, *names ? "it has %s" : "it has none", names);
        return NULL;
    }
    if (s->state)
        return s;
    og_fail(report, OG_BAD_ARGUMENT, "'%s' is a schedule, whose value is not set but follows",
            name);
    og_report_hint(report, "the numbers of the chain are %s", names);
    return NULL;
}

og_status og_session_set(og_session *session, const char *name, double number)
{
    og_report *report = og_session_errors(session);
    const og_setting *s;

    og_report_clear(report);
    if (!(s = find(og_session_graph(session), name, report)))
        return report->code;
    if (!og_bounds_has(&s->range, number))
        return og_fail(report, OG_BAD_ARGUMENT, "'%s' is in %s, found %g", name,
                       s->range_text ? s->range_text : "(-inf, inf)", number);
    og_set_double(og_state_tensor(og_session_state(session), s->state->name), 0, number);
    return OG_OK;
}

og_status og_session_get(og_session *session, const char *name, double *number)
{
    og_report *report = og_session_errors(session);
    const og_setting *s;

    og_report_clear(report);
    if (!(s = find(og_session_graph(session), name, report)))
        return report->code;
    *number = og_get_double(og_state_tensor(og_session_state(session), s->state->name), 0);
    return OG_OK;
}

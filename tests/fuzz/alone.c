/*
 * Feeds changed texts to LLVMFuzzerTestOneInput without libFuzzer:
 *
 *     fuzz_texts --runs 100000 --seed 1 [--first 0]     made up
 *     fuzz_texts FILE…                                  what libFuzzer found
 *
 * The input of a run depends on seed and number of the run alone, so a run that fails is made again
 * by --first N --runs 1.
 */
#include "fuzz.h"

#include "base/base.h"
#include "optim/optim.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONGEST = 600 };

static const char *const seeds[] = {
    "\x04mse(y, target) + 0.05*output(aux)",
    "\x04"
    "cross_entropy(logits, label, reduction=sum, label_smoothing=0.1, ignore_index=-1)",
    "\x04"
    "0.5*smooth_l1(logits, t, beta=2) + bce_logits(logits, \"u v\", weight=w)",
    "\x04nll(logits) + kl(logits, p) + l1(logits, logits)",
    "\x05*.bias+scale-fc1.*\nfc1.bias",
    "\x05\"a:b\"+\"\\\"\\\\\"-?x*\na:b",
    "\x05****?*a*b*\nxxxxxxxxxxaxxxxxxxxb",
    "\x02"
    "clip_norm(1.0) | groups{ \"*.bias\"+\"*.ln_*\": adamw(lr=cosine(0.01, steps=20, "
    "warmup=4), weight_decay=0); _: adamw(lr=3e-4) }",
    "\x01"
    "c=clip_norm(inf, p=3, eps=0)@\"conv*\"-*.bias | (clip_value(0.1) | decay(0.01))@a+b | sgd",
    "\x03"
    "accumulate(4) | unscale(1024) | finite(skip, most=3) | adam(lr=0.01, amsgrad=true)",
    "\x02lr(step(multistep(0.1, at=\"3 6\"), every=4, gamma=0.5)) | ema_weights(0.9)",
    "\x06groups{a:groups{b:(sgd|(freeze));_:adam};_:x=lion(compat=optax)|weight_clip(1)}",
    "\x07prodigy | asgd | adafactor(eps=1e-30) | muon(nesterov=false, adjust=match_rms)",
    "\x02"
    "autoclip(10, window=100, of=each, current=false) | zclip | adagc | agc(units=columns)",
};

static const char *const tokens[] = {
    "|",
    "(",
    ")",
    "{",
    "}",
    "@",
    ";",
    ":",
    ",",
    "=",
    "+",
    "-",
    "*",
    "?",
    "_",
    "\"",
    "\\",
    "\\\"",
    " ",
    "\n",
    "\t",
    "inf",
    "-inf",
    "nan",
    "true",
    "false",
    "1e999",
    "1e-400",
    "-0",
    "0x1",
    "1e",
    ".",
    "..5",
    "9e15",
    "groups",
    "groups{",
    "_:",
    "a=",
    "lr=",
    "compat=",
    "\xC3",
    "\xC3\xA4",
    "\xFF",
    "\x01",
    "%s%n",
    "((((((((((((((((((((((((((((((((((",
    "cosine(1, steps=",
    "0.1",
    "\"30 60\"",
    "output(",
    "target",
};

typedef struct input {
    uint8_t data[LONGEST];
    size_t size;
} input;

/* Replaces `gone` bytes at a place by others. */
static void replace(input *in, size_t at, size_t gone, const void *with, size_t n)
{
    if (in->size - gone + n > LONGEST)
        return;
    memmove(in->data + at + n, in->data + at + gone, in->size - at - gone);
    memcpy(in->data + at, with, n);
    in->size += n - gone;
}

static const char *any_name(og_philox *random)
{
    size_t stages = 0, schedules = 0, n;

    while (og_stage_registry[stages])
        stages++;
    while (og_schedules[schedules].name)
        schedules++;
    n = og_philox_below(random, stages + schedules);
    return n < stages ? og_stage_registry[n]->name : og_schedules[n - stages].name;
}

static void change(input *in, og_philox *random)
{
    uint8_t part[LONGEST];
    size_t at = og_philox_below(random, in->size + 1), left = in->size - at;
    size_t n = og_philox_below(random, (left < 20 ? left : 20) + 1), to;
    const char *text = tokens[og_philox_below(random, sizeof tokens / sizeof *tokens)];
    uint8_t byte = (uint8_t)og_philox_below(random, 256);

    switch (og_philox_below(random, 8)) {
    case 0:
        replace(in, at, n, "", 0);
        break;
    case 1:
        replace(in, at, left > 0, &byte, 1);
        break;
    case 2:
        text = any_name(random);
        replace(in, at, n, text, strlen(text));
        break;
    case 3: /* a part again, elsewhere */
        memcpy(part, in->data + at, n);
        to = og_philox_below(random, in->size + 1);
        replace(in, to, 0, part, n);
        break;
    case 4: /* on with the end of another */
        text = seeds[og_philox_below(random, sizeof seeds / sizeof *seeds)];
        to = og_philox_below(random, strlen(text));
        replace(in, at, left, text + to, strlen(text) - to);
        break;
    default:
        replace(in, at, og_philox_below(random, 2) ? n : 0, text, strlen(text));
    }
}

static void run_one(uint64_t seed, uint64_t run)
{
    og_philox random = { .seed = seed, .stream = run };
    const char *text = seeds[og_philox_below(&random, sizeof seeds / sizeof *seeds)];
    uint64_t changes = og_philox_below(&random, 8);
    input in = { .size = strlen(text) };

    memcpy(in.data, text, in.size);
    for (uint64_t i = 0; i < changes; i++)
        change(&in, &random);
    (void)LLVMFuzzerTestOneInput(in.data, in.size);
}

static int run_file(const char *path)
{
    og_report report = { .code = OG_OK };
    void *data;
    size_t size;

    if (og_file_read(path, &data, &size, &report)) {
        fprintf(stderr, "%s: %s\n", path, report.what);
        return 1;
    }
    (void)LLVMFuzzerTestOneInput(data, size);
    og_free(data);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t runs = 20000, seed = 1, first = 0;
    int failed = 0, files = 0;

    for (int i = 1; i < argc; i++) {
        uint64_t *number = strcmp(argv[i], "--runs") == 0    ? &runs
                           : strcmp(argv[i], "--seed") == 0  ? &seed
                           : strcmp(argv[i], "--first") == 0 ? &first
                                                             : NULL;

        if (number && i + 1 < argc)
            *number = strtoull(argv[++i], NULL, 10);
        else
            failed |= run_file(argv[i]), files++;
    }
    for (uint64_t run = first; !files && run < first + runs; run++) {
        if (run % 100000 == 0)
            fprintf(stderr, "run %llu\n", (unsigned long long)run);
        run_one(seed, run);
    }
    if (!files)
        printf("%llu runs with seed %llu, %zu texts were read: no promise was broken\n",
               (unsigned long long)runs, (unsigned long long)seed, fuzz_read);
    return failed;
}

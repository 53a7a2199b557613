/* Every open of a file below $SLOW_ROOT takes $SLOW_US microseconds longer, as over a network. Build: cc -shared -fPIC */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

static void wait_for(const char *path) {
    const char *root = getenv("SLOW_ROOT"), *us = getenv("SLOW_US");
    if (!root || !us || !path || strncmp(path, root, strlen(root)))
        return;
    long n = atol(us);
    struct timespec span = {n / 1000000, n % 1000000 * 1000};
    nanosleep(&span, 0);
}

#define OPEN(name)                                                        \
    int name(const char *path, int flags, ...) {                          \
        static int (*real)(const char *, int, ...);                       \
        mode_t mode = 0;                                                  \
        va_list rest;                                                     \
        va_start(rest, flags);                                            \
        if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(rest, mode_t);   \
        va_end(rest);                                                     \
        if (!real) real = dlsym(RTLD_NEXT, #name);                        \
        wait_for(path);                                                   \
        return real(path, flags, mode);                                   \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                      \
    int name(int folder, const char *path, int flags, ...) {              \
        static int (*real)(int, const char *, int, ...);                  \
        mode_t mode = 0;                                                  \
        va_list rest;                                                     \
        va_start(rest, flags);                                            \
        if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(rest, mode_t);   \
        va_end(rest);                                                     \
        if (!real) real = dlsym(RTLD_NEXT, #name);                        \
        wait_for(path);                                                   \
        return real(folder, path, flags, mode);                           \
    }
OPENAT(openat)
OPENAT(openat64)

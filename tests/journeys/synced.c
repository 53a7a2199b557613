/* Writes down in $SYNC_LOG every write to and every sync of a SQLite file, so that a test knows what a power cut may
   take: "W offset length path" and "S path". Build: cc -shared -fPIC */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static void note(int fd, char what, long long at, long long length) {
    static int out = -1;
    char link[64], path[PATH_MAX], line[PATH_MAX + 64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return;
    path[n] = 0;
    if (!strstr(path, ".sqlite") || strstr(path, "-shm")) return;
    if (out < 0 && getenv("SYNC_LOG")) out = open(getenv("SYNC_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int size = what == 'W' ? snprintf(line, sizeof line, "W %lld %lld %s\n", at, length, path)
                           : snprintf(line, sizeof line, "S %s\n", path);
    if (out >= 0 && write(out, line, size) < 0) return;
}

#define PWRITE(name, offset_type)                                                     \
    ssize_t name(int fd, const void *from, size_t length, offset_type at) {           \
        static ssize_t (*real)(int, const void *, size_t, offset_type);               \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                    \
        ssize_t written = real(fd, from, length, at);                                 \
        if (written > 0) note(fd, 'W', at, written);                                  \
        return written;                                                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SYNC(name)                                                                    \
    int name(int fd) {                                                                \
        static int (*real)(int);                                                      \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                    \
        int outcome = real(fd);                                                       \
        if (!outcome) note(fd, 'S', 0, 0);                                            \
        return outcome;                                                               \
    }
SYNC(fsync)
SYNC(fdatasync)

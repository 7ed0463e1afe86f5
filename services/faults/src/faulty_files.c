/* Files that fail on purpose: a library that a test lets the loader put before the C library (LD_PRELOAD).
 *
 * FAULTY_FILES names a file of eight 32-bit words, which the test writes while the process runs: how many of a million
 * reads, writes and syncs fail with EIO, how many writes find the disk full (ENOSPC), and how many of each have failed so
 * far. FAULTY_FILES_BELOW is the folder whose files fail; all others are as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { READS, WRITES, SYNCS, ROOM, KINDS };

struct orders {
    volatile uint32_t fail[KINDS];
    uint32_t failed[KINDS];
};

static struct orders *orders;
static char below[4096];
static size_t below_length;

__attribute__((constructor)) static void take_orders(void) {
    const char *name = getenv("FAULTY_FILES");
    const char *folder = getenv("FAULTY_FILES_BELOW");
    if (!name || !folder || !realpath(folder, below)) {
        return;
    }
    below_length = strlen(below);
    int file = open(name, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    void *mapped = mmap(NULL, sizeof(struct orders), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) {
        orders = mapped;
    }
}

/* Whether a file lies below the folder. */
static int is_meant(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) {
        return 0;
    }
    path[length] = 0;
    return strncmp(path, below, below_length) == 0 && path[below_length] == '/';
}

/* A number below a million, from a sequence of the thread's own. */
static uint32_t chance(void) {
    static __thread uint64_t state;
    if (!state) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        state = (uint64_t)now.tv_nsec * 2654435761u ^ (uint64_t)(uintptr_t)&state ^ 0x9e3779b97f4a7c15u;
    }
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % 1000000u);
}

/* Whether a call of this kind on a file fails; errno says how. */
static int fails(int kind, int file) {
    if (!orders || !orders->fail[kind] || chance() >= orders->fail[kind] || !is_meant(file)) {
        return 0;
    }
    __atomic_fetch_add(&orders->failed[kind], 1, __ATOMIC_RELAXED);
    errno = kind == ROOM ? ENOSPC : EIO;
    return 1;
}

#define THE_REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    if (!real) {                                                                                                       \
        real = THE_REAL(name);                                                                                         \
    }

ssize_t read(int file, void *bytes, size_t count) {
    REAL(read)
    return fails(READS, file) ? -1 : real(file, bytes, count);
}

ssize_t pread(int file, void *bytes, size_t count, off_t at) {
    REAL(pread)
    return fails(READS, file) ? -1 : real(file, bytes, count, at);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t at) {
    REAL(pread64)
    return fails(READS, file) ? -1 : real(file, bytes, count, at);
}

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write)
    return fails(ROOM, file) || fails(WRITES, file) ? -1 : real(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    REAL(pwrite)
    return fails(ROOM, file) || fails(WRITES, file) ? -1 : real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64)
    return fails(ROOM, file) || fails(WRITES, file) ? -1 : real(file, bytes, count, at);
}

int ftruncate(int file, off_t length) {
    REAL(ftruncate)
    return fails(WRITES, file) ? -1 : real(file, length);
}

int ftruncate64(int file, off64_t length) {
    REAL(ftruncate64)
    return fails(WRITES, file) ? -1 : real(file, length);
}

int fsync(int file) {
    REAL(fsync)
    return fails(SYNCS, file) ? -1 : real(file);
}

int fdatasync(int file) {
    REAL(fdatasync)
    return fails(SYNCS, file) ? -1 : real(file);
}

/* A disk that fails when told: loaded into the program with LD_PRELOAD. The first byte of the file named by
 * HALLOFSHAME_FAULTS_DISK says how: 0 it works, 'f' it is full, 'r' it is read-only, 'e' it has errors, 's' it is slow. Files
 * alone are touched that lie in the folder named by HALLOFSHAME_FAULTS_FOLDER. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const volatile char *mode;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("HALLOFSHAME_FAULTS_DISK");
    folder = getenv("HALLOFSHAME_FAULTS_FOLDER");
    int fd = file ? open(file, O_RDONLY) : -1;
    if (fd < 0) return;
    void *seen = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    if (seen != MAP_FAILED) mode = seen;
    close(fd);
}

static char now(void) { return mode && folder ? *mode : 0; }

static int is_ours(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* 0: go on; otherwise errno is set. */
static int fails(int fd) {
    char how = now();
    if (!how || !is_ours(fd)) return 0;
    if (how == 's') { usleep(2000); return 0; }
    errno = how == 'f' ? ENOSPC : how == 'r' ? EROFS : EIO;
    return 1;
}

#define NEXT(name) static __typeof__(&name) next; if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { NEXT(pwrite64); return fails(fd) ? -1 : next(fd, data, size, at); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { NEXT(pwrite); return fails(fd) ? -1 : next(fd, data, size, at); }
ssize_t write(int fd, const void *data, size_t size) { NEXT(write); return fails(fd) ? -1 : next(fd, data, size); }
ssize_t writev(int fd, const struct iovec *parts, int count) { NEXT(writev); return fails(fd) ? -1 : next(fd, parts, count); }
int ftruncate64(int fd, off64_t size) { NEXT(ftruncate64); return fails(fd) ? -1 : next(fd, size); }
int ftruncate(int fd, off_t size) { NEXT(ftruncate); return fails(fd) ? -1 : next(fd, size); }
int fsync(int fd) { NEXT(fsync); if (now() == 's' && is_ours(fd)) usleep(150000); return next(fd); }
int fdatasync(int fd) { NEXT(fdatasync); if (now() == 's' && is_ours(fd)) usleep(150000); return next(fd); }

static int refuses(const char *path, int flags) {
    char how = now();
    if ((how == 'r' || (how == 'f' && (flags & O_CREAT) && access(path, F_OK))) &&
        (flags & O_ACCMODE) != O_RDONLY && strncmp(path, folder, strlen(folder)) == 0) {
        errno = how == 'r' ? EROFS : ENOSPC;
        return 1;
    }
    return 0;
}

int open64(const char *path, int flags, ...) {
    va_list rest; va_start(rest, flags); int rights = va_arg(rest, int); va_end(rest);
    NEXT(open64); return refuses(path, flags) ? -1 : next(path, flags, rights);
}
int open(const char *path, int flags, ...) {
    va_list rest; va_start(rest, flags); int rights = va_arg(rest, int); va_end(rest);
    NEXT(open); return refuses(path, flags) ? -1 : next(path, flags, rights);
}

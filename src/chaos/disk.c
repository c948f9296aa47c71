/* A disk that runs full on order, and takes notes of what is written when.
 *
 * Preloaded into a server (LD_PRELOAD), it stands between SQLite and the system. It knows the
 * database's files by their names: x.db, x.db-wal, x.db-shm, x.db-journal. All other files are left
 * alone. What the environment variables and the words of the control file mean is said in disk.rs.
 *
 * Order of the notes: a write is noted when it is done, a sync when it has succeeded, a send before it
 * begins. So "write, sync, send" in the notes was that order in the world. One thread at a time
 * writes a WAL, SQLite sees to that; a sync noted after a write has therefore begun after it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OTHER, DATABASE, WAL, BESIDE };
enum disk_fault { NONE, GROW, WRITE, SYNC, CHECKPOINT };

/* What each descriptor is open for. */
#define DESCRIPTORS 65536
static unsigned char kinds[DESCRIPTORS];

static const char *control, *notes_path;
static int notes = -1, forgets_syncs;
static useconds_t sync_takes;

#define REAL(name) static __typeof__(&name) real_##name
REAL(open); REAL(open64); REAL(openat); REAL(openat64); REAL(close);
REAL(write); REAL(pwrite); REAL(pwrite64); REAL(writev);
REAL(ftruncate); REAL(ftruncate64); REAL(fsync); REAL(fdatasync);
REAL(send); REAL(sendto); REAL(sendmsg);

__attribute__((constructor)) static void begin(void) {
#define FIND(name) real_##name = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
    FIND(open); FIND(open64); FIND(openat); FIND(openat64); FIND(close);
    FIND(write); FIND(pwrite); FIND(pwrite64); FIND(writev);
    FIND(ftruncate); FIND(ftruncate64); FIND(fsync); FIND(fdatasync);
    FIND(send); FIND(sendto); FIND(sendmsg);
    control = getenv("PARLOUR_DISK_CONTROL");
    notes_path = getenv("PARLOUR_DISK_TRACE");
    forgets_syncs = getenv("PARLOUR_DISK_FORGETS_SYNCS") != NULL;
    const char *takes = getenv("PARLOUR_DISK_SYNC_MS");
    sync_takes = takes ? (useconds_t)atoi(takes) * 1000 : 0;
    if (notes_path)
        notes = real_open(notes_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Which file is opened. */

static int ends(const char *path, const char *end) {
    size_t all = strlen(path), tail = strlen(end);
    return all >= tail && strcmp(path + all - tail, end) == 0;
}

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < DESCRIPTORS)
        kinds[fd] = ends(path, ".db")                                       ? DATABASE
                    : ends(path, ".db-wal")                                 ? WAL
                    : ends(path, ".db-shm") || ends(path, ".db-journal")    ? BESIDE
                                                                            : OTHER;
    return fd;
}

static enum kind kind_of(int fd) {
    return fd >= 0 && fd < DESCRIPTORS ? (enum kind)kinds[fd] : OTHER;
}

#define MODE                                    \
    mode_t mode = 0;                            \
    if (flags & (O_CREAT | __O_TMPFILE)) {      \
        va_list rest;                           \
        va_start(rest, flags);                  \
        mode = va_arg(rest, mode_t);            \
        va_end(rest);                           \
    }

int open(const char *path, int flags, ...) { MODE return opened(real_open(path, flags, mode), path); }
int open64(const char *path, int flags, ...) { MODE return opened(real_open64(path, flags, mode), path); }
int openat(int at, const char *path, int flags, ...) { MODE return opened(real_openat(at, path, flags, mode), path); }
int openat64(int at, const char *path, int flags, ...) { MODE return opened(real_openat64(at, path, flags, mode), path); }

int close(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS)
        kinds[fd] = OTHER;
    return real_close(fd);
}

/* What fails. */

static enum disk_fault disk_fault(void) {
    if (!control)
        return NONE;
    int before = errno;
    char word[16] = "";
    int fd = real_open(control, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t length = read(fd, word, sizeof word - 1);
        word[length > 0 ? length : 0] = 0;
        real_close(fd);
    }
    errno = before;
    return strcmp(word, "grow") == 0         ? GROW
           : strcmp(word, "write") == 0      ? WRITE
           : strcmp(word, "sync") == 0       ? SYNC
           : strcmp(word, "checkpoint") == 0 ? CHECKPOINT
                                             : NONE;
}

/* Bytes that were given back by cutting a file short, and may be taken again: SQLite does so with the
 * x.db-shm of a server that was killed. */
static _Atomic off_t freed;

/* Whether a file may become so long. */
static int finds_no_room_to_grow(int fd, off_t end) {
    struct stat now;
    if (fstat(fd, &now) != 0 || end <= now.st_size)
        return 0;
    off_t more = end - now.st_size;
    if ((freed -= more) >= 0)
        return 0;
    freed += more;
    return 1;
}

/* Whether a write that would end at this offset finds no room. */
static int finds_no_room(int fd, off_t end) {
    switch (disk_fault()) {
    case GROW: return finds_no_room_to_grow(fd, end);
    case WRITE: return 1;
    case CHECKPOINT: return kind_of(fd) == DATABASE;
    default: return 0;
    }
}

/* What is noted. */

#define MARK "durable-"

/* Adds the marks that are in these bytes to a line; answers where the line ends now. */
static size_t marks(char *line, size_t at, size_t room, const char *bytes, size_t length) {
    const char *end = bytes + length, *found = bytes;
    while ((found = memmem(found, (size_t)(end - found), MARK, strlen(MARK)))) {
        const char *stop = found + strlen(MARK);
        while (stop < end && *stop >= '0' && *stop <= '9')
            stop++;
        size_t size = (size_t)(stop - found);
        if (stop[-1] != '-' && at + size + 2 < room) {
            line[at++] = ' ';
            memcpy(line + at, found, size);
            at += size;
        }
        found = stop;
    }
    return at;
}

/* Notes an event with the marks in its bytes; without any there is nothing to note. */
static void note(const char *event, const struct iovec *parts, size_t count) {
    char line[8192];
    size_t named = strlen(event), at = named;
    memcpy(line, event, named);
    for (size_t i = 0; i < count; i++)
        at = marks(line, at, sizeof line - 1, parts[i].iov_base, parts[i].iov_len);
    if (at > named) {
        int before = errno;
        line[at++] = '\n';
        (void)!real_write(notes, line, at);
        errno = before;
    }
}

static int is_socket(int fd) {
    struct stat what;
    int before = errno;
    int is = fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode);
    errno = before;
    return is;
}

static void note_send(int fd, const struct iovec *parts, size_t count) {
    if (notes >= 0 && kind_of(fd) == OTHER && is_socket(fd))
        note("socket", parts, count);
}

static ssize_t wrote(int fd, const void *bytes, ssize_t done) {
    if (notes >= 0 && done > 0 && kind_of(fd) == WAL)
        note("wal-write", &(struct iovec){(void *)bytes, (size_t)done}, 1);
    return done;
}

/* What is written to files and sockets. */

ssize_t write(int fd, const void *bytes, size_t length) {
    if (kind_of(fd) == OTHER) {
        note_send(fd, &(struct iovec){(void *)bytes, length}, 1);
        return real_write(fd, bytes, length);
    }
    if (finds_no_room(fd, lseek(fd, 0, SEEK_CUR) + (off_t)length)) {
        errno = ENOSPC;
        return -1;
    }
    return wrote(fd, bytes, real_write(fd, bytes, length));
}

#define PWRITE(name, offset_t)                                                  \
    ssize_t name(int fd, const void *bytes, size_t length, offset_t offset) {   \
        if (kind_of(fd) == OTHER)                                               \
            return real_##name(fd, bytes, length, offset);                      \
        if (finds_no_room(fd, (off_t)offset + (off_t)length)) {                 \
            errno = ENOSPC;                                                     \
            return -1;                                                          \
        }                                                                       \
        return wrote(fd, bytes, real_##name(fd, bytes, length, offset));        \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int count) {
    note_send(fd, parts, (size_t)count);
    return real_writev(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    note_send(fd, &(struct iovec){(void *)bytes, length}, 1);
    return real_send(fd, bytes, length, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    note_send(fd, &(struct iovec){(void *)bytes, length}, 1);
    return real_sendto(fd, bytes, length, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    note_send(fd, message->msg_iov, message->msg_iovlen);
    return real_sendmsg(fd, message, flags);
}

/* Files that are cut short. */

static void before_cut(int fd, off_t length) {
    struct stat now;
    if (kind_of(fd) != OTHER && fstat(fd, &now) == 0 && length < now.st_size)
        freed += now.st_size - length;
}

int ftruncate(int fd, off_t length) {
    before_cut(fd, length);
    return real_ftruncate(fd, length);
}

int ftruncate64(int fd, off64_t length) {
    before_cut(fd, (off_t)length);
    return real_ftruncate64(fd, length);
}

/* What is brought to the disk. */

static int bring(int fd, int (*sync)(int)) {
    enum kind kind = kind_of(fd);
    if (kind == OTHER)
        return sync(fd);
    if (disk_fault() == SYNC) {
        errno = EIO;
        return -1;
    }
    if (forgets_syncs)
        return 0;
    if (kind == WAL && sync_takes)
        usleep(sync_takes);
    int done = sync(fd);
    if (notes >= 0 && done == 0 && kind == WAL)
        (void)!real_write(notes, "wal-sync\n", 9);
    return done;
}

int fsync(int fd) { return bring(fd, real_fsync); }
int fdatasync(int fd) { return bring(fd, real_fdatasync); }

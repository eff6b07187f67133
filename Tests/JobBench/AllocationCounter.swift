internal import TestSupport

/// Counts what a program allocates: work that is the same on every machine, however busy it is.
struct AllocationCounter: Sendable {
    /// Calls of the allocator and the bytes they asked for.
    struct Work: Sendable {
        let calls: Int
        let bytes: Int
    }

    private static let built = Result { try AllocationCounter() }

    private let folder: TemporaryFolder
    private var library: String { folder.path + "/count.so" }

    static func shared() throws -> AllocationCounter { try built.get() }

    private init() throws {
        folder = try TemporaryFolder()
        try folder.write(Array(Self.source.utf8), to: "count.c")
        _ = try Tool.run("gcc", ["-O1", "-shared", "-fPIC", "-o", library, folder.path + "/count.c"])
    }

    /// Variables with which a job counts into the file.
    func variables(file: String) -> [String: String] { ["LD_PRELOAD": library, "ALLOCATION_COUNTS": file] }

    /// What was counted.
    static func work(_ text: String) -> Work? {
        let numbers = text.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Int($0) }
        return numbers.count == 2 ? Work(calls: numbers[0], bytes: numbers[1]) : nil
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <errno.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
        extern void *__libc_memalign(size_t, size_t);
        static size_t calls, bytes;

        static void count(size_t size) {
            __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
            __atomic_fetch_add(&bytes, size, __ATOMIC_RELAXED);
        }

        void *malloc(size_t size) { count(size); return __libc_malloc(size); }
        void *calloc(size_t n, size_t size) { count(n * size); return __libc_calloc(n, size); }
        void *realloc(void *old, size_t size) { count(size); return __libc_realloc(old, size); }
        void *memalign(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
        void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
        int posix_memalign(void **result, size_t alignment, size_t size) {
            void *found = memalign(alignment, size);
            if (!found) return ENOMEM;
            *result = found;
            return 0;
        }

        __attribute__((destructor)) static void report(void) {
            const char *file = getenv("ALLOCATION_COUNTS");
            size_t length = strlen(program_invocation_short_name);
            // time(1) and others that start the job are loaded with this too.
            if (!file || length < 3 || strcmp(program_invocation_short_name + length - 3, "Job")) return;
            FILE *output = fopen(file, "w");
            if (!output) return;
            fprintf(output, "%zu %zu\n", calls, bytes);
            fclose(output);
        }
        """#
}

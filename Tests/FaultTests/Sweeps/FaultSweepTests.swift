internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// The n-th system call of a whole job is its last one, or fails, or is where it freezes, for n = 1, 2, 3 …; then the job
/// is launched again, and nothing may tell it from one that was never disturbed.
///
/// The method is that of SQLite's own tests (https://www.sqlite.org/testing.html, "crash testing"), applied to jobs.
/// By default every few calls; `FAULT_SWEEP=all` tries each one.
@Suite("Every system call as the last one", .serialized)
struct FaultSweepTests {
    /// Calls that change something others can see, or wait for others.
    private static let calls = [
        "write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2", "link",
        "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "flock", "connect", "sendto", "sendmsg", "recvfrom",
        "recvmsg",
    ]

    /// How each call can fail, as disks do, and connections that are not made.
    ///
    /// Only failures that can be: libpq waits for the last words of a server when a call says that the connection broke and
    /// the socket is well, so broken connections are the proxy's to make; and no descriptor refuses to tell its flags.
    private static let failures: [(call: String, error: String)] = [
        ("write", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("pread64", "EIO"), ("fsync", "EIO"),
        ("fdatasync", "EIO"), ("renameat", "EACCES"), ("linkat", "ENOSPC"), ("unlinkat", "EIO"), ("mkdirat", "ENOSPC"),
        ("openat", "EMFILE"), ("flock", "EINTR"), ("connect", "ECONNREFUSED"),
        ("socket", "EMFILE"), ("recvfrom", "ECONNRESET"),
    ]

    private static func strace(
        _ call: String, _ what: String, _ number: Int, log: String = "/dev/null"
    ) -> [String] {
        [
            "strace", "-f", "-qq", "-s", "0", "-o", log, "-e", "trace=\(call)", "-e",
            "inject=\(call):\(what):when=\(number)",
        ]
    }

    static let scenes: [(world: String, exports: Bool)] = [
        ("embedded", true), ("embedded", false), ("served", true), ("served", false),
    ]

    static func scene(_ world: String, _ exports: Bool) throws -> FaultScene {
        let world: any FaultWorld = try world == "embedded" ? EmbeddedWorld() : ServedWorld()
        return try exports ? .export(in: world) : .load(in: world)
    }

    @Test("Killed at the n-th call of every kind", arguments: scenes)
    func killed(_ place: (world: String, exports: Bool)) throws {
        let scene = try Self.scene(place.world, place.exports)
        var figures = FaultFigures("killed at a system call: \(scene.name)")
        let made = try Self.callsMade(by: scene)
        for call in Self.calls {
            for number in SweepSize.numbers(upTo: made[call] ?? 0) {
                let launch = try scene.make("k\(call)\(number)")
                let result = try scene.start(launch, before: Self.strace(call, "signal=SIGKILL", number)).wait()
                let isKilled = result.status == 128 + SIGKILL
                if isKilled { figures.violations("\(call) \(number) at once", try scene.instantProblems(launch)) }
                if !isKilled && result.status != 0 { figures.violation("\(call) \(number): \(JobRun(result))") }
                figures.violations("\(call) \(number)", try scene.recover(launch))
                try scene.discard(launch)
                // The calls are counted for each thread by itself: behind the last one of any nothing is struck.
                if !isKilled { break }
                figures.count += 1
            }
        }
        #expect(figures.report() == [])
        #expect(figures.count >= (SweepSize.isWhole ? 40 : 4), "next to nothing was struck")
    }

    @Test("The n-th call of every kind fails", arguments: scenes)
    func failing(_ place: (world: String, exports: Bool)) throws {
        let scene = try Self.scene(place.world, place.exports)
        var figures = FaultFigures("failed at a system call: \(scene.name)")
        let made = try Self.callsMade(by: scene)
        let log = scene.world.bench.folder.path + "/struck"
        for (call, error) in Self.failures {
            // Of calls that are made by the thousand, most are made by the loader of libraries.
            for number in SweepSize.numbers(upTo: made[call] ?? 0, atMost: 12).prefix(SweepSize.isWhole ? .max : 1) {
                let launch = try scene.make("f\(call)\(error)\(number)")
                let tracing = Self.strace(call, "error=\(error)", number, log: log)
                let process = try scene.start(launch, before: tracing)
                let run = try FaultMixTests.end(process, within: 90_000_000)
                // A program whose libraries cannot be read does not start, and Dispatch ends one without descriptors.
                let isFit =
                    FaultScene.tolerated.contains(run.status)
                    || (["openat", "pread64"].contains(call) && run.status == 127)
                    || (call == "openat" && run.status == 128 + SIGILL)
                if !isFit { figures.violation("\(call) \(error) \(number): \(run)") }
                figures.violations("\(call) \(error) \(number) at once", try scene.instantProblems(launch))
                figures.violations("\(call) \(error) \(number)", try scene.recover(launch))
                try scene.discard(launch)
                if !String(decoding: try TemporaryFolder.read(log), as: UTF8.self).contains("(INJECTED)") { break }
                figures.count += 1
            }
        }
        #expect(figures.report() == [])
        #expect(figures.count >= 5, "next to nothing was struck")
    }

    @Test("Frozen at the n-th call, overtaken by another process, and woken", arguments: scenes)
    func frozen(_ place: (world: String, exports: Bool)) throws {
        let scene = try Self.scene(place.world, place.exports)
        var figures = FaultFigures("frozen at a system call, overtaken and woken: \(scene.name)")
        let made = try Self.callsMade(by: scene)
        // Who is frozen inside a transaction of SQLite keeps the others out, and each of them waiting for a while: a few do.
        let calls =
            place.world == "embedded"
            ? [("fsync", 15), ("linkat", 15), ("unlinkat", 15), ("fdatasync", 4), ("pwrite64", 4)] : [("sendto", 25)]
        let present = calls.filter { made[$0.0] != nil }
        for (call, most) in SweepSize.isWhole ? present : [present[Int.random(in: 0..<min(3, present.count))]] {
            for number in SweepSize.numbers(upTo: made[call] ?? 0, atMost: most) {
                let launch = try scene.make("s\(call)\(number)")
                let sleeper = try scene.start(launch, before: Self.strace(call, "signal=SIGSTOP", number))
                guard let frozen = try Self.waitUntilFrozen(sleeper) else {
                    _ = try sleeper.wait()
                    figures.violations("\(call) \(number)", try scene.recover(launch))
                    try scene.discard(launch)
                    break
                }
                figures.violations("\(call) \(number) beside the sleeper", try Self.overtake(scene, launch))
                // With several threads under a tracer, one word may not wake all of them.
                let deadline = FaultScene.now() + 90_000_000
                while !sleeper.hasEnded, FaultScene.now() < deadline {
                    kill(frozen, SIGCONT)
                    usleep(20_000)
                }
                if !sleeper.hasEnded { sleeper.sendToAll(SIGKILL) }
                let late = JobRun(try sleeper.wait())
                if !FaultScene.tolerated.contains(late.status) { figures.violation("\(call) \(number): \(late)") }
                figures.violations("\(call) \(number) after the sleeper", try scene.recover(launch))
                try scene.discard(launch)
                figures.count += 1
            }
        }
        #expect(figures.report() == [])
        #expect(figures.count >= 1, "next to nothing was struck")
    }

    /// Another process does the job beside a frozen one, as far as that does not hold the database.
    private static func overtake(_ scene: FaultScene, _ launch: FaultScene.Launch) throws -> [String] {
        let run = try FaultMixTests.end(scene.start(launch), within: 90_000_000)
        // Who is frozen in the middle of a transaction keeps what it has locked, of SQLite everything; in the middle of a
        // write of a folder, a part of the keys. The others do not wait for good: they tell that it is to be tried again, or
        // that a finished job's entry of the audit log is still to be written.
        if run.status == 75, ["database_busy", "database_locked", "store_busy"].contains(run.failureCode) { return [] }
        if run.status == 74, run.failureCode == "audit_unwritten" { return [] }
        guard run.status == 0 else { return ["\(run)"] }
        return try InvariantChecker.instant(scene.world.place(org: launch.org, job: launch.job))
    }

    /// The process that strace runs, once it is stopped; `nil` when it has ended instead.
    private static func waitUntilFrozen(_ strace: ChildProcess) throws -> pid_t? {
        var stops = 0
        for _ in 0..<2_000 {
            if strace.hasEnded { return nil }
            let child = strace.children.first
            // The tracer stops it at each call too, but not for long.
            let state = child.flatMap { try? TemporaryFolder.read("/proc/\($0)/stat") }.map(Self.state)
            stops = state == "t" || state == "T" ? stops + 1 : 0
            if let child, stops == 10 { return child }
            usleep(10_000)
        }
        throw ToolFailure(tool: "strace", status: 0, text: "neither frozen nor ended")
    }

    /// The state in a line of `/proc/PID/stat`.
    private static func state(_ bytes: [UInt8]) -> Substring? {
        let line = String(decoding: bytes, as: UTF8.self)
        return line[(line.lastIndex(of: ")") ?? line.startIndex)...].dropFirst().split(separator: " ").first
    }

    /// How often an undisturbed job makes each call: in the thread that makes most of them, as each counts for itself.
    private static func callsMade(by scene: FaultScene) throws -> [String: Int] {
        let launch = try scene.make("counted")
        let file = scene.world.bench.folder.path + "/calls"
        let names = Set(calls + failures.map(\.call)).joined(separator: ",")
        let tracing = ["strace", "-f", "-qq", "-s", "0", "-e", "trace=\(names)", "-e", "signal=none", "-o", file]
        _ = try scene.start(launch, before: tracing).wait()
        try scene.discard(launch)
        var made: [String: [Substring: Int]] = [:]
        for line in String(decoding: try scene.world.bench.folder.read("calls"), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let end = words[1].firstIndex(of: "("), words[1].first != "<" else { continue }
            made[String(words[1][..<end].drop(while: { $0 == " " })), default: [:]][words[0], default: 0] += 1
        }
        return made.compactMapValues { $0.values.max() }
    }
}

internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Killed jobs")
struct KillTests {
    @Test("An export that is killed at thirty random moments is completed by the next run each time")
    func exports() throws {
        let scene = try KillScene.export()
        #expect(scene.expected.digests.count > 2)
        var random = SeededRandom(seed: 7)
        var killed = 0
        for number in 0..<30 {
            let delay = Int.random(in: 0...scene.duration, using: &random)
            if try scene.kill(after: delay) { killed += 1 }
            try scene.expectRecovery("kill \(number) after \(delay) µs")
            try scene.reset()
        }
        #expect(killed > 10)
    }

    @Test("An import that is killed at twenty random moments loads every row once")
    func imports() throws {
        let scene = try KillScene.load()
        #expect(scene.expected.counts == [45_000, 44_910, 44_910, 45, 45])
        var random = SeededRandom(seed: 11)
        var killed = 0
        for number in 0..<20 {
            let delay = Int.random(in: 0...scene.duration, using: &random)
            if try scene.kill(after: delay) { killed += 1 }
            try scene.expectRecovery("kill \(number) after \(delay) µs")
            try scene.reset(KillScene.emptyTables)
        }
        #expect(killed > 6)
    }

    @Test("A job that is killed again and again gets on, and the last attempt completes it")
    func manyKills() throws {
        let scene = try KillScene.load()
        var random = SeededRandom(seed: 13)
        var killed = 0
        for _ in 0..<4 {
            // Behind the wait for the dead attempt's lease.
            let delay = Int.random(in: 500_000...500_000 + scene.duration, using: &random)
            if try scene.kill(after: delay) { killed += 1 }
        }
        let run = try scene.expectRecovery("after \(killed) kills")
        #expect(run["attempt"].int ?? 0 > 1 || killed == 0)
    }

    @Test("A first run that is killed leaves no half of a demo organisation")
    func firstRun() throws {
        var random = SeededRandom(seed: 17)
        let spec = Workbench.spec(#""jobId":"j","resource":"events","format":"csv""#)
        var sizes: Set<Int> = []
        for _ in 0..<6 {
            let bench = try Workbench(.none)
            let process = try bench.start(.export, spec: spec, variables: KillScene.lease)
            usleep(UInt32.random(in: 10_000...800_000, using: &random))
            process.send(SIGKILL)
            _ = try process.wait()
            let run = try bench.run(.export, spec: spec, variables: KillScene.lease)
            #expect(run.status == 0, "\(run)")
            sizes.insert(run.count("rowsWritten"))
        }
        #expect(sizes.count == 1)
        #expect((sizes.first ?? 0) >= 20_000)
    }
}

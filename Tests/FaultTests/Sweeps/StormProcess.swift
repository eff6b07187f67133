internal import Glibc
internal import TestSupport

@testable internal import JobBench

/// A process of a job, what was done to it, and when.
final class StormProcess {
    let process: ChildProcess
    /// Microseconds of the monotonic clock.
    let start = FaultScene.now()
    private(set) var signals: Set<Int32> = []
    private var end: Int?
    private var sleep: (from: Int, to: Int)?
    private var run: JobRun?

    init(_ process: ChildProcess) { self.process = process }

    func send(_ signal: Int32) {
        if end != nil { return }
        signals.insert(signal)
        process.send(signal)
    }

    func freeze() {
        process.send(SIGSTOP)
        sleep = (FaultScene.now(), .max)
    }

    func thaw() {
        process.send(SIGCONT)
        if let from = sleep?.from { sleep = (from, FaultScene.now()) }
    }

    /// Takes note of its end; whether it has ended.
    func look() -> Bool {
        if end == nil, process.hasEnded { end = FaultScene.now() }
        return end != nil
    }

    func result() throws -> JobRun {
        if let run { return run }
        let result = JobRun(try process.wait())
        run = result
        return result
    }

    /// Whether it was there and awake for longer than that in the time between the two.
    func wasAwake(_ time: (from: Int, to: Int), for limit: Int) -> Bool {
        let from = max(time.from, start)
        let to = min(time.to, end ?? .max)
        if let sleep, sleep.from < to, sleep.to > from { return false }
        return to - from > limit
    }
}

internal import JobCore
internal import Synchronization

/// How far a job is at one moment.
package struct JobProgress: Sendable {
    package var counts: JobCounts
    /// 0…100.
    package var percent: Double
    package var secondsLeft: Int?
    package var rowsPerSecond: Int
}

/// Counters that the stages of a pipeline move and the heartbeat reads.
package final class ProgressMeter: Sendable {
    private struct State {
        var counts = JobCounts()
        /// Share of the work that is done, 0…1.
        var share = 0.0
        var stages: [(name: String, microseconds: Int64)] = []
    }

    private let state = Mutex(State())
    private let start = WallClock.monotonic()

    package init() {}

    /// Changes the counters and tells which share of the work is done; a smaller share than before is ignored.
    package func update(_ change: (inout JobCounts) -> Double?) {
        state.withLock { state in
            if let share = change(&state.counts) { state.share = max(state.share, min(share, 1)) }
        }
    }

    /// Adds to the time of a stage.
    package func addTime(_ stage: String, since start: Int64) {
        let spent = WallClock.monotonic() - start
        state.withLock { state in
            if let index = state.stages.firstIndex(where: { $0.name == stage }) {
                state.stages[index].microseconds += spent
            } else {
                state.stages.append((stage, spent))
            }
        }
    }

    /// The counters now.
    package var counts: JobCounts { state.withLock { $0.counts } }

    /// Counters, percent, rate and remaining time now.
    package func progress() -> JobProgress {
        let (counts, share) = state.withLock { ($0.counts, $0.share) }
        let seconds = Double(WallClock.monotonic() - start) / 1e6
        let rate = seconds > 0 ? Double(max(counts.rowsRead, counts.rowsWritten)) / seconds : 0
        let left = share > 0.001 ? Int((seconds / share * (1 - share)).rounded(.up)) : nil
        return JobProgress(counts: counts, percent: share * 100, secondsLeft: left, rowsPerSecond: Int(rate))
    }

    /// What the job cost so far.
    package func stats() -> JobStats {
        let progress = progress()
        var stats = JobStats()
        stats.durationMs = Int((WallClock.monotonic() - start) / 1000)
        stats.rowsPerSecond = progress.rowsPerSecond
        stats.peakMemoryBytes = MemoryUse.peakBytes()
        let stages = state.withLock { $0.stages }.sorted { $0.name < $1.name }
        stats.stages = stages.map { JobStats.Stage($0.name, milliseconds: Int($0.microseconds / 1000)) }
        return stats
    }
}

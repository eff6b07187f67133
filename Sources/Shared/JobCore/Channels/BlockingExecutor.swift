import Dispatch

/// A serial executor over a thread of its own, for actors that make blocking calls (a database, a disk).
///
/// The cooperative pool has one thread per core; a blocked one is a core lost.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// An executor whose thread carries the label in debuggers.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedSerialExecutor()
        queue.async {
            unsafe job.runSynchronously(on: executor)
        }
    }
}

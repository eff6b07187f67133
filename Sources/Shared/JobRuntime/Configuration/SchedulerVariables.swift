internal import JobCore

/// What the scheduler tells a process about itself in its environment.
///
/// Only for the log: what a job does never depends on which try of a scheduler it is.
struct SchedulerVariables: Sendable {
    /// Place of the process in an array of them; each engine has its own variable.
    private static let indexes = [
        "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID", "CLOUD_RUN_TASK_INDEX",
        "NOMAD_ALLOC_INDEX",
    ]
    /// Number of the try, and by how much it counts lower than from 1.
    private static let tries = [
        ("AWS_BATCH_JOB_ATTEMPT", 0), ("CLOUD_RUN_TASK_ATTEMPT", 1), ("SLURM_RESTART_COUNT", 1),
    ]

    /// Fields for the log: `index` and `schedulerAttempt`, as far as they are known.
    let fields: [String: String]

    /// Reads the variables.
    ///
    /// Throws `index_conflict` (64) when two engines seem to have started the process and tell different places.
    init(_ variables: [String: String]) throws(JobError) {
        let found = Self.indexes.compactMap { name in
            variables[name].flatMap { Int($0) }.map { (name: name, index: $0) }
        }
        if let first = found.first, let other = found.first(where: { $0.index != first.index }) {
            throw JobError(
                .indexConflict,
                "\(first.name) is \(first.index) and \(other.name) is \(other.index)")
        }
        var fields: [String: String] = [:]
        if let index = found.first?.index { fields["index"] = "\(index)" }
        for (name, offset) in Self.tries {
            if let number = variables[name].flatMap({ Int($0) }) { fields["schedulerAttempt"] = "\(number + offset)" }
        }
        self.fields = fields
    }
}

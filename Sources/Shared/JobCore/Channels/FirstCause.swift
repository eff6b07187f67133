extension ThrowingTaskGroup where Failure == any Error {
    /// Waits for the children until `isLast` says so of what one of them returned; `nil` when all have ended before.
    ///
    /// The first failure that is no interruption ends the group and is thrown. Stages of a pipeline are joined by
    /// channels: where one stage fails its neighbour is interrupted, and may be heard first. That is a consequence, and
    /// says nothing of the cause; it is thrown when there is no other failure.
    package mutating func settled(by isLast: (ChildTaskResult) -> Bool = { _ in false }) async throws
        -> ChildTaskResult?
    {
        var interruption: (any Error)?
        while let result = await nextResult() {
            switch result {
            case .success(let value):
                if isLast(value) { return value }
            case .failure(let error):
                if !JobError.isInterruption(error) { throw error }
                interruption = interruption ?? error
            }
        }
        if let interruption { throw interruption }
        return nil
    }
}

extension JobError {
    /// Whether the error only says that somebody else has ended the work.
    static func isInterruption(_ error: any Error) -> Bool {
        error is CancellationError || [.interrupted, .terminated].contains((error as? JobError)?.code)
    }
}

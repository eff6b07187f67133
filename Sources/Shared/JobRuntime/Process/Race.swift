internal import JobCore

/// Work that ends when something else comes first.
enum Race {
    /// Runs the operation until it ends or SIGTERM or SIGINT arrives; a result in spite of the signal is returned.
    static func untilSignal<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await Signals.wait()
                return nil
            }
            group.addTask { try await operation() }
            return try await firstValue(&group)
        }
    }

    /// Runs the operation until it ends or the moment comes; one that has passed is for the operation to judge.
    static func untilDeadline<Value: Sendable>(
        _ notAfter: Instant?, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let notAfter, notAfter > WallClock.now() else { return try await operation() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                while notAfter > WallClock.now() {
                    guard await Heartbeat.pause(min(1, (notAfter - WallClock.now()) / .seconds(1))) else { return nil }
                }
                throw Heartbeat.deadline()
            }
            group.addTask { try await operation() }
            return try await firstValue(&group)
        }
    }

    private static func firstValue<Value: Sendable>(
        _ group: inout ThrowingTaskGroup<Value?, any Error>
    ) async throws -> Value {
        var failure: (any Error)?
        while let result = await group.nextResult() {
            switch result {
            case .success(let value?):
                group.cancelAll()
                return value
            case .success: break
            case .failure(let error):
                // A job that was claimed at the moment of the signal is owned, and has to be given back.
                if failure == nil { failure = error }
                group.cancelAll()
            }
        }
        throw failure ?? CancellationError()
    }
}

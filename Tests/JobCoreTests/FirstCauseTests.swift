import JobCore
import TestSupport
import Testing

@Suite("The first cause of a failure", .timeLimit(.minutes(5)))
struct FirstCauseTests {
    /// An export: readers of ranges, one task that puts them together, and a writer, joined by channels.
    private static func run(seed: UInt64) async throws {
        let channel = BoundedChannel<Int>(depth: 2)
        var random = SeededRandom(seed: seed)
        let failing = Int.random(in: 0..<4, using: &random)
        let moment = Int.random(in: 0..<30, using: &random)
        let slowness = Int.random(in: 0..<3, using: &random)
        _ = try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask {
                let parts = (0..<4).map { _ in BoundedChannel<Int>(depth: 2) }
                try await withThrowingTaskGroup(of: Void.self) { readers in
                    for (index, part) in parts.enumerated() {
                        readers.addTask {
                            for number in 0..<40 {
                                if index == failing && number == moment {
                                    throw JobError(.databaseConnectionLost, "lost")
                                }
                                try await part.send(number)
                            }
                            part.finish()
                        }
                    }
                    readers.addTask {
                        for part in parts {
                            while let number = try await part.receive() { try await channel.send(number) }
                        }
                        channel.finish()
                    }
                    defer { readers.cancelAll() }
                    _ = try await readers.settled()
                }
                return nil
            }
            group.addTask {
                var sum = 0
                while let number = try await channel.receive() {
                    sum += number
                    for _ in 0..<slowness { await Task.yield() }
                }
                return sum
            }
            defer { group.cancelAll() }
            return try await group.settled { $0 != nil }
        }
    }

    @Test("Whoever is heard first, a lost connection is never said to be an interruption")
    func lost() async {
        for seed in 0..<2_000 {
            let error = await #expect(throws: JobError.self) { try await Self.run(seed: UInt64(seed)) }
            #expect(error?.code == .databaseConnectionLost, "seed \(seed)")
        }
    }

    @Test("What was interrupted and nothing else says so; a value ends the group")
    func others() async throws {
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Int?.self) { group in
                group.addTask { throw CancellationError() }
                group.addTask { nil }
                _ = try await group.settled { $0 != nil }
            }
        }
        let found = try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask { throw CancellationError() }
            group.addTask {
                for _ in 0..<100 { await Task.yield() }
                return 7
            }
            return try await group.settled { $0 != nil }
        }
        #expect(found == 7)
    }

    @Test("A failure that passes is tried again a few times in a row; durable rows begin the count anew")
    func retries() {
        let lost = JobError(.databaseConnectionLost, "lost")
        var retries = DatabaseRetries(of: .job)
        #expect((0..<5).map { _ in retries.pause(after: lost) } == [200, 1000, 3000, nil, nil])
        #expect(retries.pause(after: lost, rowsDone: 10) == 200)
        #expect(retries.pause(after: lost, rowsDone: 10) == 1000)
        #expect(retries.pause(after: lost, rowsDone: 5) == 3000)
        #expect(retries.pause(after: JobError(.databaseBusy, "busy"), rowsDone: 99) == nil)
        #expect(retries.pause(after: JobError(.diskFull, "full"), rowsDone: 99) == nil)
        // Small changes of the jobs' own records wait for others too.
        var records = DatabaseRetries(of: .records)
        #expect(
            (0..<6).map { _ in records.pause(after: JobError(.databaseBusy, "busy")) } == [
                250, 250, 250, 250, 250, nil,
            ])
        #expect(records.pause(after: JobError(.databaseForbidden, "no")) == nil)
    }
}

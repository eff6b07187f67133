import Testing

@testable import JobRuntime

@Suite("Last commit or cancellation")
struct CommitmentTests {
    @Test("Whichever comes first decides")
    func order() throws {
        let committed = Commitment()
        try committed.commit()
        #expect(!committed.stop())
        // An import whose connection was lost commits again.
        try committed.commit()
        let stopped = Commitment()
        #expect(stopped.stop() && stopped.stop())
        #expect(throws: CancellationError.self) { try stopped.commit() }
    }

    @Test("Of a hundred races exactly one side wins, each time")
    func races() async {
        for _ in 0..<100 {
            let commitment = Commitment()
            async let stopped = Task { commitment.stop() }.value
            async let committed = Task { (try? commitment.commit()) != nil }.value
            let (isStopped, isCommitted) = await (stopped, committed)
            #expect(isStopped != isCommitted)
        }
    }
}

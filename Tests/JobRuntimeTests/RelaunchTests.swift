import JobCore
import Testing

@testable import JobRuntime

@Suite("Launching again")
struct RelaunchTests {
    @Test("A failure of a job without an id of its own says with which id to launch it again, once")
    func hint() {
        let error = JobError(.terminated, "stopped", hint: "launch it again")
        let once = Relaunch.explained(error, jobId: "fresh-1")
        let hint = "launch it again; it goes on where it was only with \"jobId\": \"fresh-1\""
        #expect(once.hint?.hasPrefix(hint) == true)
        #expect(Relaunch.explained(once, jobId: "fresh-1").hint == once.hint)
        #expect(once.code == .terminated && once.exitCode == .terminated && once.message == "stopped")
    }
}

import JobCore
import TestSupport
import Testing

@Suite("Codes of failures")
struct ErrorTableTests {
    @Test("Each code has one exit code and a meaning, and both are plain")
    func entries() {
        for code in ErrorCode.allCases {
            #expect(code.rawValue.utf8.allSatisfy { $0 == 0x5F || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 }, "\(code)")
            #expect(code.exitCode != .done, "\(code)")
            for text in [code.meaning, code.hint ?? "x"] {
                #expect(!text.isEmpty && !text.hasSuffix(".") && !text.contains("|"), "\(code): \(text)")
            }
        }
        #expect(Set(ErrorCode.allCases.map(\.meaning)).count == ErrorCode.allCases.count)
        for exitCode in ExitCode.allCases where exitCode != .done {
            #expect(ErrorCode.allCases.contains { $0.exitCode == exitCode }, "\(exitCode)")
        }
    }

    @Test("What passes by itself is worth another launch, and what a database reports as passing is")
    func passing() {
        for code in ErrorCode.allCases where code.databasePasses != nil { #expect(code.exitCode == .temporary) }
        #expect(
            ErrorCode.allCases.filter { $0.databasePasses == .soon } == [.databaseConflict, .databaseConnectionLost])
    }

    @Test("A failure has its code's hint unless the place knows a better one")
    func hints() {
        #expect(JobError(.storeBucketMissing, "x").hint == ErrorCode.storeBucketMissing.hint)
        #expect(JobError(.storeBucketMissing, "x", hint: "better").hint == "better")
    }

    @Test("The page of all codes is what the table says")
    func page() throws {
        var text = """
            # Errors

            Every failure has a code. It stands in the log line, in the manifest's `error.code` and in the termination
            message, and never changes its meaning. `retryable` in the manifest says whether the same job may succeed when
            it is launched again without a change. Rejected rows have codes of their own, which the rejects file lists.

            This page is made from `ErrorTable.swift`: `WRITE_PAGES=1 swift test --filter ErrorTableTests`.

            """
        for exitCode in ExitCode.allCases where exitCode != .done {
            text += "\n## \(exitCode.rawValue): \(exitCode.meaning)\n\nAgain? \(exitCode.again.rawValue)\n\n"
            text += "| code | what has happened | what to do |\n|---|---|---|\n"
            for code in ErrorCode.allCases where code.exitCode == exitCode {
                text += "| `\(code.rawValue)` | \(code.meaning) | \(code.hint ?? "") |\n"
            }
        }
        try Page("Sources/Shared/JobRuntime/Documentation.docc/Errors.md").expect(text)
    }

    @Test("The README's table of exit codes is what the table says")
    func readme() throws {
        var text = "| code | meaning | again? |\n|---|---|---|\n"
        for code in ExitCode.allCases {
            text += "| \(code.rawValue) | \(code.meaning) | \(code.again.rawValue) |\n"
        }
        try Page("README.md").expect(text, behind: "## Exit codes\n\n", before: "\nEvery failure")
    }
}

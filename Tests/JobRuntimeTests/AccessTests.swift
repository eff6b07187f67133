import Formats
import JobCore
import Signing
import TestSupport
import Testing

@testable import JobRuntime

@Suite("API keys")
struct APIKeyTests {
    @Test("A key has 256 random bits, says what it is, and checks itself")
    func form() throws {
        let keys = (0..<200).map { _ in APIKey.make() }
        #expect(Set(keys.map { $0.secret.reveal() }).count == 200)
        for key in keys {
            let text = key.secret.reveal()
            #expect(text.hasPrefix("pk_") && text.utf8.count == 3 + 43 + 1 + 6)
            #expect(APIKey(key.secret)?.hash == key.hash)
            #expect(key.hash == SHA256Digest.of(text).hex)
        }
    }

    @Test("One character wrong, missing or too many, and it is none")
    func mistyped() {
        let text = APIKey.make().secret.reveal()
        var random = SeededRandom(seed: 5)
        for _ in 0..<200 {
            var bytes = Array(text.utf8)
            let place = Int.random(in: bytes.indices, using: &random)
            bytes[place] = bytes[place] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
            #expect(APIKey(Secret(String(decoding: bytes, as: UTF8.self))) == nil)
        }
        for wrong in ["", "pk_", "pk__", text + "0", String(text.dropLast()), " " + text, text.uppercased()] {
            #expect(APIKey(Secret(wrong)) == nil, "\(wrong)")
        }
    }
}

@Suite("Who runs an attempt")
struct ProcessIdentityTests {
    @Test("This process is alive, and one with another start, a number nobody has, or a zombie has ended")
    func ends() throws {
        let own = try #require(ProcessIdentity.current)
        #expect(!own.hasEnded)
        #expect(ProcessIdentity(host: own.host, pid: own.pid, startTicks: own.startTicks + 1).hasEnded)
        let child = try ChildProcess("sleep", ["60"])
        let process = ProcessIdentity(host: own.host, pid: Int(child.identifier), startTicks: try startTicks(child))
        #expect(!process.hasEnded)
        child.send(9)
        // Dead, and nobody has asked for its status yet.
        while try state(child) != "Z" {}
        #expect(process.hasEnded)
        _ = try child.wait()
        #expect(process.hasEnded)
    }

    @Test("Nothing is known of a process of another machine or another container")
    func elsewhere() throws {
        let own = try #require(ProcessIdentity.current)
        #expect(!ProcessIdentity(host: "0123456789abcdef", pid: own.pid, startTicks: 1).hasEnded)
        #expect(!ProcessIdentity(host: "", pid: 4_000_000, startTicks: 1).hasEnded)
        #expect(!ProcessIdentity(host: own.host, pid: 0, startTicks: 1).hasEnded)
        #expect(!ProcessIdentity(host: own.host, pid: .max, startTicks: 1).hasEnded)
    }

    private func fields(_ child: ChildProcess) throws -> [Substring] {
        let line = try ChildProcess.run("cat", ["/proc/\(child.identifier)/stat"]).text
        return line[(line.lastIndex(of: ")") ?? line.startIndex)...].dropFirst().split(separator: " ")
    }

    private func state(_ child: ChildProcess) throws -> Substring? { try fields(child).first }

    private func startTicks(_ child: ChildProcess) throws -> Int { Int(try fields(child)[19]) ?? -1 }
}

@Suite("What the scheduler tells and is told")
struct SchedulerTests {
    @Test("The place in an array comes from whichever engine names it; two that disagree are a usage error")
    func index() throws {
        #expect(try SchedulerVariables([:]).fields == [:])
        for name in [
            "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID", "CLOUD_RUN_TASK_INDEX",
            "NOMAD_ALLOC_INDEX",
        ] {
            #expect(try SchedulerVariables([name: "7"]).fields == ["index": "7"])
        }
        let agreed = ["JOB_COMPLETION_INDEX": "3", "SLURM_ARRAY_TASK_ID": "3"]
        #expect(try SchedulerVariables(agreed).fields == ["index": "3"])
        let error = #expect(throws: JobError.self) {
            _ = try SchedulerVariables(["JOB_COMPLETION_INDEX": "3", "SLURM_ARRAY_TASK_ID": "4"])
        }
        #expect(error?.code == .indexConflict && error?.exitCode == .usage)
        #expect(error?.message == "JOB_COMPLETION_INDEX is 3 and SLURM_ARRAY_TASK_ID is 4")
    }

    @Test("Tries of a scheduler count from 1 in the log, whatever the scheduler begins with")
    func tries() throws {
        #expect(try SchedulerVariables(["AWS_BATCH_JOB_ATTEMPT": "1"]).fields == ["schedulerAttempt": "1"])
        #expect(try SchedulerVariables(["CLOUD_RUN_TASK_ATTEMPT": "0"]).fields == ["schedulerAttempt": "1"])
        #expect(try SchedulerVariables(["SLURM_RESTART_COUNT": "2"]).fields == ["schedulerAttempt": "3"])
    }

    @Test("The termination message is one line of at most 2,048 bytes, however long the error is")
    func terminationMessage() throws {
        for length in [10, 500, 2000, 5000, 100_000] {
            for text in ["x", "\u{1}", "ä", "👩‍👩‍👧‍👦"] {
                let error = JobError(
                    .tooManyRejects, String(repeating: text, count: length),
                    hint: String(repeating: text, count: length))
                let line = TerminationMessage.line([
                    .init("status", .string("failed")), .init("error", ManifestFailure(error).json),
                ])
                #expect(line.utf8.count <= 2048 && line.hasSuffix("}\n"))
                #expect(line.contains(#""code":"too_many_rejects""#) && line.contains(#""exitCode":65"#))
            }
        }
    }
}

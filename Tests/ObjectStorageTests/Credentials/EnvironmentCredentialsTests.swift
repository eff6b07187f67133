import JobCore
import ObjectStorage
import Signing
import Testing

@Suite("Credentials of the environment")
struct EnvironmentCredentialsTests {
    @Test("Both keys, and a token when there is one, are taken without white space around them")
    func complete() async throws {
        var variables = ["AWS_ACCESS_KEY_ID": "AKID\n", "AWS_SECRET_ACCESS_KEY": " s/e+c "]
        let keys = try #require(try await EnvironmentCredentials(CredentialContext(variables)).load())
        #expect(keys == AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s/e+c")))
        variables["AWS_SESSION_TOKEN"] = "t"
        let temporary = try await EnvironmentCredentials(CredentialContext(variables)).load()
        #expect(temporary?.sessionToken == Secret("t"))
    }

    @Test("Nothing set, or set to nothing, is not configured")
    func absent() async throws {
        let variables = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "t"]
        #expect(try await EnvironmentCredentials(CredentialContext(variables)).load() == nil)
        #expect(try await EnvironmentCredentials(CredentialContext()).load() == nil)
    }

    @Test(
        "One key without the other is an error that names the missing one",
        arguments: [
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        ])
    func incomplete(present: String, missing: String) async throws {
        let source = EnvironmentCredentials(CredentialContext([present: "CANARY"]))
        let error = await #expect(throws: JobError.self) { try await source.load() }
        #expect(error?.code == .credentialsIncomplete)
        #expect(error?.exitCode == .configuration)
        #expect(error?.message == "\(present) is set but \(missing) is not")
    }

    @Test("A key that cannot stand in a header field is refused", arguments: ["A\nB", "A B", "Ä"])
    func odd(key: String) async throws {
        let variables = ["AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "CANARY"]
        await expectCode("credentials_invalid", .configuration) {
            _ = try await EnvironmentCredentials(CredentialContext(variables)).load()
        }
    }
}

import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Testing

@Suite("Credentials of shared files")
struct ProfileCredentialsTests {
    static let keys = "aws_access_key_id = AKID\naws_secret_access_key = s\n"

    func load(
        _ variables: [String: String] = [:], config: String? = nil, credentials: String? = nil,
        sender: ScriptedSender = .init()
    ) async throws(JobError) -> AWSCredentials? {
        var files = ["/token": "CANARYjwt\n"]
        files["/home/a/.aws/config"] = config
        files["/home/a/.aws/credentials"] = credentials
        let variables = variables.merging(["HOME": "/home/a"]) { old, _ in old }
        return try await ProfileCredentials(CredentialContext(variables, files: files, sender), region: nil).load()
    }

    @Test(
        "Keys are found in every way the files may be written",
        arguments: [
            "[default]\naws_access_key_id=AKID\naws_secret_access_key=s",
            "\u{FEFF}[default]\r\naws_access_key_id = AKID\r\naws_secret_access_key = s\r\n",
            "# c\n; d\n\n[ default ] # e\n\taws_access_key_id\t=\tAKID ; f\n\taws_secret_access_key = s\t# g\n",
            "[default]\nAWS_ACCESS_KEY_ID = AKID\naws_secret_access_key = s",
            "[default]\naws_access_key_id = AKID\ns3 =\n  aws_access_key_id = NO\naws_secret_access_key = s",
            "[default]\naws_access_key_id = OLD\naws_access_key_id = AKID\naws_secret_access_key = s",
            "[default]\naws_access_key_id = AKID\n[x]\naws_access_key_id = NO\n[default]\naws_secret_access_key = s",
            "[default]\nnonsense\n= v\naws_access_key_id = AKID\naws_secret_access_key = s\n[broken\na = b",
        ])
    func writing(text: String) async throws {
        let wanted = AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s"))
        #expect(try await load(credentials: text) == wanted)
        #expect(try await load(config: text) == wanted)
    }

    @Test("A mark without white space before it belongs to the value")
    func marks() async throws {
        let text = "[default]\naws_access_key_id = AKID\naws_secret_access_key = a#b;c=/d"
        #expect(try await load(credentials: text)?.secretAccessKey == Secret("a#b;c=/d"))
    }

    @Test("Sections have a prefix in the config file and none in the credentials file")
    func sections() async throws {
        let named = ["AWS_PROFILE": "x"]
        #expect(try await load(named, config: "[profile x]\n\(Self.keys)")?.accessKeyID == "AKID")
        #expect(try await load(named, credentials: "[x]\n\(Self.keys)")?.accessKeyID == "AKID")
        await expectCode("credentials_profile_missing", .configuration) {
            _ = try await load(named, config: "[x]\n\(Self.keys)", credentials: "[profile x]\n\(Self.keys)")
        }
    }

    @Test("In the config file, profile default stands above default", arguments: [true, false])
    func twoDefaults(isFirst: Bool) async throws {
        let winner = "[profile default]\n\(Self.keys)"
        let loser = "[default]\naws_access_key_id = NO\naws_session_token = NO\n"
        let found = try await load(config: isFirst ? winner + loser : loser + winner)
        #expect(found == AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s")))
    }

    @Test("The credentials file stands above the config file, property by property")
    func merging() async throws {
        let config = "[default]\naws_access_key_id = NO\naws_session_token = t\n"
        let found = try await load(config: config, credentials: "[default]\n\(Self.keys)")
        #expect(
            found == AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s"), sessionToken: Secret("t")))
    }

    @Test("Files may be elsewhere, also below the home directory")
    func elsewhere() async throws {
        let files = ["/h/c": "[default]\n\(Self.keys)"]
        for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            for path in ["/h/c", "~/c"] {
                let context = CredentialContext([variable: path, "HOME": "/h"], files: files)
                #expect(try await ProfileCredentials(context, region: nil).load()?.accessKeyID == "AKID")
            }
        }
    }

    @Test("No files, no home, no default profile or no keys in it are not configured")
    func absent() async throws {
        #expect(try await load() == nil)
        #expect(try await ProfileCredentials(CredentialContext(), region: nil).load() == nil)
        #expect(try await load(credentials: "[x]\n\(Self.keys)") == nil)
        #expect(try await load(config: "[default]\nregion = eu-central-1") == nil)
    }

    @Test("A profile that is named but missing is an error with the nearest name")
    func missing() async throws {
        let error = await #expect(throws: JobError.self) {
            try await load(["AWS_PROFILE": "prodution"], config: "[profile production]\nregion = x")
        }
        #expect(error?.code == .credentialsProfileMissing)
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("prodution") == true)
        #expect(error?.hint == "did you mean production?")
    }

    @Test(
        "Half a pair is an error that names the missing property",
        arguments: [
            ("aws_access_key_id = CANARY", "aws_secret_access_key"),
            ("aws_secret_access_key = CANARY", "aws_access_key_id"),
            ("role_arn = r", "web_identity_token_file"), ("web_identity_token_file = /token", "role_arn"),
        ])
    func incomplete(line: String, missing: String) async throws {
        let error = await #expect(throws: JobError.self) { try await load(credentials: "[default]\n\(line)") }
        #expect(error?.code == .credentialsIncomplete)
        #expect(error?.message.contains("\(missing) of profile default") == true)
        #expect(error?.message.contains("CANARY") == false)
    }

    @Test(
        "Ways that are not offered are named",
        arguments: ["credential_process", "source_profile", "credential_source", "sso_session", "sso_start_url"])
    func unsupported(setting: String) async throws {
        let error = await #expect(throws: JobError.self) {
            try await load(config: "[default]\n\(setting) = CANARY\nrole_session_name = x")
        }
        #expect(error?.code == .credentialsUnsupported)
        #expect(error?.message == "\(setting) of profile default is not supported")
    }

    @Test("A role with a token file is asked for at the token service of the profile's region")
    func role() async throws {
        let sender = ScriptedSender(status: 200, Answer.xml)
        let text = """
            [default]
            role_arn = arn:aws:iam::1:role/a
            web_identity_token_file = /token
            role_session_name = me
            region = eu-west-1
            \(Self.keys)
            """
        #expect(try await load(config: text, sender: sender)?.accessKeyID == "ASIATEST")
        let request = try #require(sender.requests.first)
        #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
        #expect(request.text.contains("&RoleSessionName=me&WebIdentityToken=CANARYjwt"))
    }
}

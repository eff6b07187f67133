internal import ArgumentParser
internal import JobCore
internal import Signing

/// Prints what proves a spec, or what a receiver of notifications checks them with.
struct Signer: Sendable {
    private let environment: JobEnvironment
    private let key: SigningKey

    /// A signer with `JOB_SIGNING_KEY`.
    ///
    /// Throws `configuration_invalid` (78) without one.
    init(_ environment: JobEnvironment) throws(JobError) {
        guard let key = try environment.checkedSigningKey() else {
            throw JobError(
                .configurationInvalid, "JOB_SIGNING_KEY is not set",
                hint: "set the key that the jobs will check the signature with")
        }
        self.environment = environment
        self.key = key
    }

    /// The value of `JOB_SPEC_SIGNATURE` for the spec.
    func signature(of file: String?, _ kind: JobKind, _ verb: SignedVerb) throws(JobError) -> String {
        SpecSignature.value(
            of: try SpecSource.read(file: file, environment: environment), kind: kind, verb: verb, key)
    }

    /// The key that the organisation's receivers check notifications with.
    func notificationKey(of orgId: String) throws(JobError) -> String {
        guard Identifier.isValid(orgId) else {
            throw JobError(
                .invalidID, "the organisation id is not valid", hint: StringRule.identifier.expectation)
        }
        return key.notificationKey(of: orgId).reveal()
    }
}

/// Signs a spec for the jobs of the program.
struct SignCommand<Work: Job>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sign", abstract: "Print the JOB_SPEC_SIGNATURE of a spec, made with JOB_SIGNING_KEY.",
            discussion: "The signature is good for the exact bytes and for \(Work.kind.rawValue) jobs only.")
    }

    @Option(name: .long, help: "File with the job spec; '-' is standard input.")
    var spec: String?

    @Option(name: .long, help: "What it allows: run (prepare too) or prepare.")
    var verb = "run"

    @Flag(name: .long, help: "Print the key that an organisation's receivers check notifications with instead.")
    var notifyKey = false

    @Option(name: .long, help: "Organisation of --notify-key.")
    var org: String?

    func validate() throws {
        if SignedVerb(rawValue: verb) == nil { throw ValidationError("--verb is run or prepare") }
        if notifyKey != (org != nil) { throw ValidationError("--notify-key and --org belong together") }
    }

    func run() async throws {
        let signer = try Signer(JobEnvironment.ofProcess)
        let text =
            if let org {
                try signer.notificationKey(of: org)
            } else {
                try signer.signature(of: spec, Work.kind, SignedVerb(rawValue: verb) ?? .run)
            }
        StandardStream.output(text + "\n")
    }
}

internal import Formats
internal import Glibc
package import JobCore

/// Who may run a job: an `ADMIN` on plan `growth` or higher, as a signed spec says; or, where both the database and the
/// store are files of this machine, whoever may start the process.
package enum Gate {
    private static let plans = ["growth", "business", "scale", "enterprise"]

    /// The actor of the job.
    ///
    /// Throws `not_permitted` (77).
    package static func admit(_ spec: CommonSpec, backends: Backends) throws(JobError) -> JobActor {
        switch spec.signature {
        case .valid:
            return try signed(spec)
        case .wrong:
            throw refusal(
                "JOB_SPEC_SIGNATURE is not the signature of this spec",
                hint: "sign the exact bytes of the spec: hex HMAC-SHA-256 under JOB_SIGNING_KEY")
        case .absent where backends.isLocal:
            return JobActor(id: userName(), role: "ADMIN")
        case .absent:
            throw refusal(
                "only an embedded database with a local store runs without a proof of role",
                hint: "sign the spec: JOB_SPEC_SIGNATURE, with JOB_SIGNING_KEY; or use sqlite: and file:")
        }
    }

    private static func signed(_ spec: CommonSpec) throws(JobError) -> JobActor {
        let actor = spec.value["actor"]
        guard let id = actor?.text("id"), !id.isEmpty else {
            throw refusal("the signed spec names no actor", hint: "add actor: { id, role, plan } before signing")
        }
        guard actor?.text("role") == "ADMIN", let plan = actor?.text("plan"), plans.contains(plan) else {
            throw refusal("the actor may not run jobs", hint: "role ADMIN and plan growth or higher are needed")
        }
        return JobActor(id: id, role: "ADMIN")
    }

    private static func refusal(_ message: String, hint: String) -> JobError {
        JobError("not_permitted", .notPermitted, message, hint: hint)
    }

    /// Name of the operating-system user, or its number when it has none.
    private static func userName() -> String {
        let user = getuid()
        guard let entry = unsafe getpwuid(user), let name = unsafe entry.pointee.pw_name else { return "uid-\(user)" }
        return unsafe String(cString: name)
    }
}

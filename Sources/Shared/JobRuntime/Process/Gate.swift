internal import Glibc
package import JobCore

/// Who may run a job.
///
/// Only local mode exists so far: an embedded database and a store on this machine.
package enum Gate {
    /// The actor of the job.
    ///
    /// Throws `not_permitted` (77).
    package static func admit(_ spec: CommonSpec, backends: Backends) throws(JobError) -> JobActor {
        guard backends.isLocal else {
            throw JobError(
                "not_permitted", .notPermitted,
                "only the embedded database with a local store runs without a proof of role",
                hint: "use sqlite: and file:")
        }
        return JobActor(id: userName(), role: "ADMIN")
    }

    /// Name of the operating-system user, or its number when it has none.
    private static func userName() -> String {
        let user = getuid()
        guard let entry = unsafe getpwuid(user), let name = unsafe entry.pointee.pw_name else { return "uid-\(user)" }
        return unsafe String(cString: name)
    }
}

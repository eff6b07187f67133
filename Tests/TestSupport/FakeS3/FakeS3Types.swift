extension FakeS3 {
    /// Whose behaviour is shown.
    package enum Mode: String, Sendable, CaseIterable {
        case aws
        case r2
        /// MinIO before August 2025: `If-Match` on a missing key writes.
        case minioOld = "minio-old"
        case gcs
    }

    /// What becomes of the conditions of writes.
    package enum Conditions: String, Sendable, CaseIterable {
        case honoured
        /// An `If-Match` with quotes never matches (Ceph RGW 16).
        case bare
        /// Every update with `If-Match` is refused with 412.
        case refused
        /// Nothing is refused (rclone).
        case ignored
        /// Only updates: those with `If-Match` always take place.
        case updatesIgnored = "updates-ignored"
        /// 501 to every condition.
        case unknown
        /// 501 to those of CompleteMultipartUpload.
        case unknownAtEnd = "unknown-at-end"
    }

    /// What the server expects and how small its limits are.
    package struct Options: Sendable {
        package var mode: Mode
        package var conditions = Conditions.honoured
        package var bucket = "bucket"
        /// Region of the endpoint.
        package var region = "us-east-1"
        /// When set (aws), requests signed for `region` are redirected to this one.
        package var bucketRegion: String?
        /// 301 or 307.
        package var redirectStatus = 301
        /// Value of the Location header of a redirect.
        package var redirectLocation: String?
        package var minimumPartBytes = 5 << 20
        package var maximumParts = 10_000
        /// Most entries of a listing page, whatever is asked.
        package var pageSize = 1000
        /// Seconds between two writes of one key; sooner is 429.
        package var minimumWriteInterval: Double
        /// Keeps only the ends of bodies above 1 MiB.
        package var counting = false

        /// The defaults of a mode.
        package init(_ mode: Mode) {
            self.mode = mode
            minimumWriteInterval = mode == .r2 || mode == .gcs ? 1 : 0
        }
    }

    /// Who may sign.
    package struct Credentials: Sendable, Equatable {
        package var accessKey: String
        package var secretKey: String
        /// When set, every request must carry it.
        package var sessionToken: String?

        /// The key of the examples in the documentation of AWS.
        package init(
            accessKey: String = "AKIDEXAMPLE", secretKey: String = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: String? = nil
        ) {
            self.accessKey = accessKey
            self.secretKey = secretKey
            self.sessionToken = sessionToken
        }
    }

    /// One request as it came, and what was answered.
    package struct Request: Sendable {
        package let method: String
        /// Decoded path.
        package let path: String
        /// Decoded query; of a repeated name the last.
        package let query: [String: String]
        /// Lower-case names; repeated values joined with a comma.
        package let headers: [String: String]
        /// Number of the connection, from 1.
        package let connection: Int
        /// Seconds since the server started.
        package let second: Double
        /// Name of the operation, such as `PutObject`.
        package internal(set) var operation = "Unknown"
        package internal(set) var bucket = ""
        package internal(set) var key = ""
        /// Bytes of the body that were read.
        package internal(set) var bodyBytes = 0
        /// Status of the operation; 0 when it was not executed and nothing was answered.
        package internal(set) var status = 0
        /// False when a fault swallowed the reply.
        package internal(set) var replied = false

        let rawPath: String
        let pairs: [(name: String, value: String)]
    }

    /// Where in an exchange a fault strikes.
    package enum Moment: Sendable {
        /// After the head, before the body is read.
        case beforeReading
        /// After about half of the body.
        case inBody
        /// After the operation, before its reply: the reply is lost.
        case beforeReply
    }

    /// What goes wrong with a request.
    package enum Fault: Sendable {
        /// Answers this error; with `executed` the operation happens first.
        case respond(status: Int, code: String, headers: [String: String] = [:], executed: Bool = false)
        /// Resets the connection.
        case reset(Moment)
        /// Says and reads nothing more until the client goes away or the server stops.
        case silence(Moment)
        /// Sends the body of the reply at this rate.
        case slowBody(bytesPerSecond: Int)
        /// Closes the connection after so many bytes of the reply's body.
        case truncateBody(after: Int)
        /// Flips one bit of what was received, before any digest is checked.
        case corruptReceivedBit
        /// Status 200, white space for so long, then the error, or without a code the operation's own reply.
        case lateReply(seconds: Double, code: String?)
        /// Waits before the operation takes place, or before its reply goes out, whether or not the client is still there.
        case delay(seconds: Double, Moment)
        /// Replaces the object before it is read.
        case replaceObject(with: [UInt8])
    }
}

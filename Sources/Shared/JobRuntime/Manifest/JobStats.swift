internal import Formats

/// What the job cost.
package struct JobStats: ManifestPart {
    /// How long a stage was busy or waiting for the stage it feeds.
    package struct Stage: Sendable, Equatable {
        package let name: String
        package let milliseconds: Int

        package init(_ name: String, milliseconds: Int) {
            self.name = name
            self.milliseconds = milliseconds
        }
    }

    package var durationMs = 0
    package var rowsPerSecond = 0
    package var peakMemoryBytes = 0
    package var stages: [Stage] = []

    package init() {}

    package static let keys: [ManifestKey<JobStats>] = [
        ManifestKey("durationMs", \.durationMs), ManifestKey("rowsPerSecond", \.rowsPerSecond),
        ManifestKey("peakMemoryBytes", \.peakMemoryBytes),
        ManifestKey("stages", \.stages, json: Self.json, value: Self.stages),
    ]

    private static func json(_ stages: [Stage]) -> JSONValue {
        .object(stages.map { JSONMember($0.name, .integer($0.milliseconds)) })
    }

    private static func stages(_ json: JSONValue) -> [Stage]? {
        json.members.map { Stage($0.name, milliseconds: $0.value.asInteger ?? 0) }
    }
}

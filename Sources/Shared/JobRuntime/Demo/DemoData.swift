internal import JobCore

/// The demo organisation: the same rows on every machine, something in each resource.
enum DemoData {
    /// Organisation of all demo rows.
    static let orgId = "org_demo"

    /// Fills the tables of the built-in catalogue; returns the number of rows.
    static func fill(_ database: any Database, _ catalogue: Catalogue) async throws -> Int {
        var total = 0
        for (name, rows) in tables() {
            guard let resource = catalogue.resource(name) else { continue }
            var batch = RowBatch(columnCount: resource.columns.count)
            for row in rows {
                for value in row { batch.append(value) }
            }
            let request = LoadRequest(
                resource: resource, orgId: orgId, jobId: "demo-\(name)", specSHA256: "demo", attemptId: "demo",
                fence: 1,
                isDryRun: false)
            let loader = try await database.openLoader(request)
            _ = try await loader.begin(columns: resource.columns)
            _ = try await loader.load([batch], lane: 0, turn: LoadTurn())
            var checkpoint = LoadCheckpoint()
            checkpoint.records = rows.count
            checkpoint.inserted = rows.count
            checkpoint.isComplete = true
            try await loader.commit(checkpoint, rejects: nil, lane: 0)
            await loader.close()
            total += rows.count
        }
        return total
    }

    /// Rows of every resource, in the column order of the built-in catalogue.
    private static func tables() -> [(String, [[String?]])] {
        var random = DemoRandom(seed: 20_260_401)
        let people = (0..<1_200).map { DemoPerson(number: $0, &random) }
        return [
            ("profiles", people.map(\.profile)),
            ("events", (0..<24_000).map { DemoActivity.event($0, people, &random) }),
            ("contacts", (0..<300).map { DemoPerson(number: 5_000 + $0, &random).contact(&random) }),
            ("audiences", (0..<12).map { DemoActivity.audience($0, &random) }),
            ("workflows", (0..<8).map { DemoActivity.workflow($0, &random) }),
            ("analytics", (0..<90).flatMap { DemoActivity.analytics(day: $0, &random) }),
            ("survey_responses", (0..<400).map { DemoActivity.response($0, people, &random) }),
        ]
    }
}

/// Numbers that depend on the seed alone (SplitMix64, 2014).
struct DemoRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number below the bound.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// An element.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A UUID of version 4 shape.
    mutating func uuid() -> String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for index in 0..<32 {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            let digit = index == 12 ? 4 : index == 16 ? 8 + below(4) : below(16)
            text.append(digits[digit])
        }
        return text
    }
}

internal import TestSupport
internal import Testing

@testable internal import JobBench

/// What a job costs grows with what it is given, and no faster.
///
/// Inputs and specs of up to 100 KB are grown from seeds by doubling in one thing: rows, columns, members, rules, formats,
/// filters, nesting, quotes, exponents … For n and 2n what the job allocates is counted, in calls and in bytes.
@Suite("Cost of small inputs")
struct CostTests {
    /// A job with `n` of something.
    struct Growth: Sendable, CustomTestStringConvertible {
        let name: String
        var program = Program.import
        /// The larger of the two sizes.
        let most: Int
        /// Members of the spec.
        let spec: @Sendable (Int) -> String
        /// The source of an import.
        var source: (@Sendable (Int) -> String)?
        /// Only at its full size it is what its name says.
        var isWhole = false

        var testDescription: String { name }
    }

    /// What doubling may cost at most, and what is too little to be compared.
    // Buffers that double take between two and four times what they hold; what is quadratic comes to four.
    private static let ratio = 3.0
    private static let floor = AllocationCounter.Work(calls: 20_000, bytes: 4 << 20)
    private static let peakBytes = 256 << 20

    private static func csv(
        _ name: String, _ most: Int, resource: String = "contacts", _ more: String = "",
        _ source: @escaping @Sendable (Int) -> String
    ) -> Growth {
        Growth(
            name: name, most: most,
            spec: { _ in #""resource":"\#(resource)","sourceKey":"f","format":"csv""# + more }, source: source)
    }

    private static func lines(
        _ name: String, _ most: Int, _ more: String = "", _ source: @escaping @Sendable (Int) -> String
    )
        -> Growth
    {
        Growth(
            name: name, most: most, spec: { _ in #""resource":"contacts","sourceKey":"f","format":"jsonl""# + more },
            source: source)
    }

    private static func rules(
        _ name: String, _ most: Int, isWhole: Bool = false, _ rule: @escaping @Sendable (Int) -> String
    ) -> Growth {
        Growth(
            name: name, most: most,
            spec: { n in
                #""resource":"contacts","sourceKey":"f","format":"jsonl","mapping":{"id":"id","#
                    + (0..<n).map(rule).joined(separator: ",") + "}"
            }, source: { _ in #"{"id":"a","c":"x"}"# + "\n" }, isWhole: isWhole)
    }

    private static func export(_ name: String, _ most: Int, _ spec: @escaping @Sendable (Int) -> String) -> Growth {
        Growth(
            name: name, program: .export, most: most,
            spec: { n in #""resource":"contacts","format":"csv","# + spec(n) })
    }

    private static func each(_ n: Int, _ separator: String = "", _ part: (Int) -> String) -> String {
        (0..<n).map(part).joined(separator: separator)
    }

    private static let growths: [Growth] = [
        csv("rows", 10_000) { n in "id\n" + each(n) { "\($0)\n" } },
        csv("columns", 4000) { n in "id," + each(n, ",") { "c\($0)" } + "\n1" + each(n) { _ in "," } + "\n" },
        csv("columns kept as attributes", 4000, #","unmapped":"attributes""#) { n in
            "id," + each(n, ",") { "c\($0)" } + "\n1" + each(n) { ",\($0)" } + "\n"
        },
        csv("long names of columns", 700) { n in
            "id," + each(n, ",") { "c\($0)" + String(repeating: "x", count: 120) } + "\n1" + each(n) { _ in "," } + "\n"
        },
        csv("rows that are cut off", 20_000) { n in "id,email\n" + each(n) { _ in "x\n" } },
        csv("rows with one key", 20_000) { n in "id,email\n" + each(n) { _ in "a,\n" } },
        csv("changes of one key", 5000, #","mode":"upsert""#) { n in "id,company\n" + each(n) { "a,\($0)\n" } },
        csv("changes of nothing", 5000, #","mode":"update""#) { n in "id,company\n" + each(n) { _ in "a,b\n" } },
        csv("changes of one e-mail, written in many ways", 2000, #","mode":"upsert","matchOn":["email"]"#) { n in
            "id,email\n"
                + each(n) { i in
                    let name = (0..<12).map { i >> $0 & 1 == 0 ? "a" : "A" }.joined()
                    return "k\(i),\(name)@example.com\n"
                }
        },
        csv("blank lines", 90_000) { n in "id\n" + String(repeating: "\n", count: n) + "x\n" },
        csv("quotes", 90_000) { n in "id,company\n1,\"" + String(repeating: "\"\"", count: n / 2) + "\"\n" },
        csv("a quote that is not closed", 90_000) { n in "id,company\n1,\"" + String(repeating: "a\n", count: n / 2) },
        csv("separators in quotes", 90_000) { n in "id,company\n1,\"" + String(repeating: ",;", count: n / 2) + "\"\n"
        },
        csv("exponents", 9000, resource: "profiles") { n in "id,lifetime_value\n" + each(n) { "r\($0),1e993\n" } },
        csv(
            "constants", 9000,
            #","mapping":{"id":"id","x":{"field":"company","value":"\#(String(repeating: "v", count: 2000))"}}"#
        ) {
            n in "id\n" + each(n) { "\($0)\n" }
        },
        csv(
            "a cell that is joined with itself", 90_000,
            #","mapping":{"x":{"field":"company","columns":["c","c","c","c","c","c","c","c"]}}"#
        ) {
            n in "id,c\n1," + String(repeating: "x", count: n) + "\n"
        },
        csv(
            "rejects with long messages", 5000,
            #","mapping":{"c":{"field":"created_at","format":["dd.MM.yyyy'\#(String(repeating: "x", count: 180))'","dd.MM.yyyy'\#(String(repeating: "y", count: 180))'"]}}"#
        ) {
            n in "id,c\n" + each(n) { "\($0),x\n" }
        },
        lines("records", 5000) { n in each(n) { "{\"id\":\"\($0)\"}\n" } },
        // Rows times names, which are at most 4,096.
        lines("records, each with a new member", 1000) { n in each(n) { "{\"id\":\"\($0)\",\"m\($0)\":1}\n" } },
        lines("members", 4000) { n in "{\"id\":\"a\"," + each(n, ",") { "\"k\($0)\":1" } + "}\n" },
        lines("members kept as attributes", 4000, #","unmapped":"attributes""#) { n in
            "{\"id\":\"a\"," + each(n, ",") { "\"k\($0)\":1" } + "}\n"
        },
        lines("one member many times", 9000) { n in "{\"id\":\"a\"," + each(n, ",") { _ in "\"k\":1" } + "}\n" },
        lines("exponents in JSON", 9000) { n in
            each(n / 100) { "{\"id\":\"\($0)\",\"attributes\":[" + each(100, ",") { _ in "1e993" } + "]}\n" }
        },
        lines("nesting", 60) { n in
            let deep = String(repeating: "[", count: n) + String(repeating: "]", count: n)
            return each(500) { "{\"id\":\"\($0)\",\"attributes\":{\"a\":\(deep)}}\n" }
        },
        lines("members of a JSON value out of order", 9000) { n in
            "{\"id\":\"a\",\"attributes\":{" + each(n, ",") { "\"k\(n - $0)\":1" } + "}}\n"
        },
        lines("escapes", 15_000) { n in "{\"id\":\"a\",\"company\":\"" + each(n) { _ in "\\u00e9" } + "\"}\n" },
        rules("rules", 4000) { "\"c\($0)\":\"attributes.f\($0)\"" },
        rules("rules of one field", 4000) { "\"c\($0)\":\"email\"" },
        rules("rules of no field", 4000) { "\"c\($0)\":\"emial\($0)\"" },
        rules("rules inside each other", 2000) { "\"c\($0)\":\"attributes.a.b.c.d.e.f\($0)\"" },
        rules("time zones", 1300) {
            #""c\#($0)":{"field":"attributes.f\#($0)","type":"timestamp","timezone":"Europe/Berlin"}"#
        },
        rules("too many rules", 4100, isWhole: true) { "\"c\($0)\":\"attributes.f\($0)\"" },
        rules("formats", 400) {
            #""c\#($0)":{"field":"attributes.f\#($0)","type":"timestamp","format":"dd.MM.yyyy HH:mm:ss"}"#
        },
        Growth(
            name: "texts that mean null", most: 8000,
            spec: { n in
                #""resource":"contacts","sourceKey":"f","mapping":{"id":{"field":"id","nulls":["#
                    + each(n, ",") { "\"n\($0)\"" } + "]}}"
            }, source: { _ in "id\n1\n" }),
        Growth(
            name: "fields that rows are matched by", most: 9000,
            spec: { n in
                #""resource":"contacts","sourceKey":"f","mode":"upsert","matchOn":["#
                    + each(n, ",") { _ in "\"emial\"" } + "]"
            }, source: { _ in "id\n1\n" }),
        Growth(
            name: "unknown fields", most: 5000,
            spec: { n in #""resource":"contacts","sourceKey":"f","# + each(n, ",") { "\"field\($0)\":1" } }),
        export("values of a filter", 8000) { n in #""filters":{"email":[\#(each(n, ",") { "\"a\($0)\"" })]}"# },
        export("filters", 400) { n in #""filters":{\#(each(n, ",") { "\"attributes.f\($0)\":1" })}"# },
        export("filters of no column", 4000) { n in #""filters":{\#(each(n, ",") { "\"emial\($0)\":1" })}"# },
        export("operators", 5000) { n in #""filters":{"email":{\#(each(n, ",") { "\"op\($0)\":1" })}}"# },
        export("columns of an export", 9000) { n in #""columns":[\#(each(n, ",") { _ in "\"email\"" })]"# },
        export("a long text", 90_000) { n in #""filters":{"email":"\#(String(repeating: "x", count: n))"}"# },
        export("marks on a letter", 40_000) { n in
            #""actor":{"id":"a\#(String(repeating: "\u{301}", count: n))","role":"ADMIN"}"#
        },
    ]

    private static let least = Result { try Job(growths[0], 1, share: 1).cost() }
    /// Of the full size, what growth is looked at first.
    private static let firstShare = 8

    /// One job that runs: two of them at a time, and what is counted is the same.
    private struct Job {
        let growth: Growth
        let n: Int
        let share: Int
        let bench: Workbench
        let process: ChildProcess

        /// Seconds of the processor that a job of the full size may take.
        private static let seconds = 10

        /// `share`: of time and memory it may have the part that its size is of the full one.
        init(_ growth: Growth, _ n: Int, share: Int) throws {
            self.growth = growth
            self.share = share
            self.n = n
            bench = try Workbench(.empty)
            if let source = growth.source { try bench.upload(source(n), as: "f") }
            let spec = Workbench.spec(growth.spec(n))
            #expect(max(spec.utf8.count, growth.source?(n).utf8.count ?? 0) <= 110_000, "\(growth.name)")
            var variables = try AllocationCounter.shared().variables(file: bench.folder.path + "/counts")
            variables["LOG_LEVEL"] = "error"
            process = try ChildProcess(
                "prlimit", ["--cpu=\((Self.seconds + share - 1) / share)", growth.program.path],
                input: Array(spec.utf8), environment: variables,
                workingFolder: bench.folder.path, measuresMemory: true)
        }

        /// What it has allocated and its peak; it must end by itself, within its part of ten seconds of the processor and
        /// 256 MB.
        func cost() throws -> (work: AllocationCounter.Work, peak: Int) {
            let result = try process.wait()
            #expect(
                [0, 64, 65].contains(result.status),
                "\(growth.name), \(n): \(result.status) \(result.errorText.prefix(500))")
            let most = share == 1 ? peakBytes : try CostTests.peak(of: share)
            #expect(result.peakMemoryBytes < most, "\(growth.name), \(n): \(result.peakMemoryBytes)")
            #expect(result.errorText.utf8.count < 40_000, "\(growth.name), \(n)")
            let text = String(decoding: (try? bench.folder.read("counts")) ?? [], as: UTF8.self)
            let work = try #require(AllocationCounter.work(text), "\(growth.name), \(n) counted nothing")
            return (work, result.peakMemoryBytes)
        }
    }

    /// What a job of that part of the full size may have at most, if what it takes grows as its size does.
    private static func peak(of share: Int) throws -> Int {
        let least = try least.get().peak
        return least + (peakBytes - least) / share
    }

    /// What jobs of half that size and of all of it allocate.
    private static func costs(
        _ growth: Growth, share: Int
    ) throws -> (half: AllocationCounter.Work, all: AllocationCounter.Work) {
        let n = growth.most / share
        let jobs = try [n / 2, n].map { try Job(growth, $0, share: share) }
        return (try jobs[0].cost().work, try jobs[1].cost().work)
    }

    // Where an eighth of the size costs well above what is too little to be compared, it shows how a job grows, and may
    // take an eighth of the time and memory. All others are run at their full size.
    @Test("Twice as much of anything costs at most twice as much, and small inputs stay small", arguments: growths)
    func linear(_ growth: Growth) throws {
        let least = try Self.least.get().work
        var share = growth.isWhole ? 1 : Self.firstShare
        var (half, all) = try Self.costs(growth, share: share)
        let isVisible = half.calls - least.calls > Self.floor.calls && half.bytes - least.bytes > Self.floor.bytes
        if share > 1, !isVisible {
            share = 1
            (half, all) = try Self.costs(growth, share: share)
        }
        func check(_ what: String, _ least: Int, _ half: Int, _ all: Int, floor: Int) {
            // What every job needs is no part of it.
            let (one, two) = (max(half - least, floor), max(all - least, floor))
            #expect(
                Double(two) <= Self.ratio * Double(one),
                "\(growth.name), 1/\(share): \(what) of a job with nothing \(least), with half \(half), with all \(all)"
            )
        }
        check("calls", least.calls, half.calls, all.calls, floor: Self.floor.calls)
        check("bytes", least.bytes, half.bytes, all.bytes, floor: Self.floor.bytes)
    }
}

/// What the planner thinks of a statement.
struct QueryPlan {
    let isSequential: Bool
    let rows: Int

    init(_ sql: String, _ connection: Connection) throws {
        // Ranges are what reads in parallel here; a plan with workers of the server's own would hide its scan.
        let result = try connection.execute("SET LOCAL max_parallel_workers_per_gather = 0; EXPLAIN \(sql)")
        let line = result.text(0, 0) ?? ""
        isSequential = line.hasPrefix("Seq Scan")
        let digits = line.firstRange(of: " rows=").map { line[$0.upperBound...].prefix { $0.isNumber } }
        rows = digits.flatMap { Int($0) } ?? 0
    }
}

/// Asks for many rows at once where one bad row spoils the answer for all.
package enum Halving {
    /// The answers for the rows: `ask` has none, `nil`, when a row among them is bad; then the halves are asked for, down to
    /// single rows, of which `alone` says what a bad one means.
    package static func answers<Answer>(
        _ rows: [Int], alone: (Int) throws -> Answer?, ask: ([Int]) throws -> Answer?
    ) throws -> [Answer] {
        if rows.isEmpty { return [] }
        var answers: [Answer] = []
        var open = [rows]
        while let part = open.popLast() {
            if let answer = try ask(part) {
                answers.append(answer)
            } else if part.count == 1 {
                if let answer = try alone(part[0]) { answers.append(answer) }
            } else {
                let half = part.count / 2
                open.append(Array(part[half...]))
                open.append(Array(part[..<half]))
            }
        }
        return answers
    }
}

internal import Formats
internal import JobCore
internal import JobRuntime

/// The rows an export wants.
struct ExportFilters: Sendable {
    /// Databases limit the depth of an expression.
    static let maximumConditions = 500
    /// Values of all conditions: each is bound by itself.
    private static let maximumValues = 50_000

    private var conditions: [Condition] = []
    private var hasTimeRange = false
    private let time: Column?
    /// `last`: how long before the moment the job was asked for.
    private var last: Duration?

    /// Decodes `filters`; adds every mistake.
    ///
    /// Days are those of the zone, in UTC without one.
    init(_ value: JSONValue?, resource: Resource, zone: ZoneRules? = nil, problems: inout SpecProblems) {
        time = resource.timeColumn.flatMap { resource.column($0) }
        guard case .object(let members)? = value else { return }
        let reader = FilterReader(resource: resource)
        var bounds: [String: Instant] = [:]
        for member in members {
            let path = SpecType.join("$.filters", member.name)
            switch member.name {
            case "from", "to":
                hasTimeRange = true
                guard let time else {
                    problems.add(path, "resource \(resource.name) has no time column")
                    continue
                }
                guard let bound = TimeBound(member.value, zone: time.type == .date ? nil : zone) else {
                    problems.add(
                        path, "found \(member.value.summary), expected a date (2026-04-30) or an RFC 3339 timestamp")
                    continue
                }
                let instant = member.name == "from" ? bound.start : bound.end
                bounds[member.name] = instant
                // The end of the last day there is bounds nothing, and has no text.
                if !Timestamp.range.contains(instant) { continue }
                conditions.append(
                    .compare(.column(time), member.name == "from" ? .greaterOrEqual : .less, time.bound(instant)))
            case "last":
                guard time != nil else {
                    problems.add(path, "resource \(resource.name) has no time column")
                    continue
                }
                last = member.value.asText.flatMap { RelativeSpan.parse($0) }
                if last == nil {
                    problems.add(
                        path, "found \(member.value.summary), expected a span such as 30d, 12h, 15m, 90s or 2w")
                }
            default:
                conditions += reader.conditions(member.name, member.value, path, &problems)
            }
        }
        if conditions.count > Self.maximumConditions {
            problems.add(
                "$.filters",
                "\(conditions.count) conditions, at most \(Self.maximumConditions) are possible; "
                    + "an array holds many values in one")
        }
        let values = conditions.reduce(0) { $0 + $1.valueCount }
        if values > Self.maximumValues {
            problems.add("$.filters", "\(values) values, at most \(Self.maximumValues) are possible")
        }
        if last != nil && hasTimeRange { problems.add("$.filters.last", "cannot be combined with from or to") }
        if let from = bounds["from"], let to = bounds["to"], from >= to {
            problems.add("$.filters.to", "the range is empty: 'to' is not after 'from'")
        }
    }

    /// The conditions, with relative ranges counted from `moment`.
    func conditions(at moment: Instant) -> [Condition] {
        guard let last, let time else { return conditions }
        return conditions + [
            .compare(.column(time), .greaterOrEqual, time.bound(moment - last)),
            .compare(.column(time), .less, time.bound(moment)),
        ]
    }

    /// By time when a time range selects the rows, by key otherwise; total in both cases.
    func order(_ resource: Resource) -> [String] {
        guard hasTimeRange || last != nil, let time else { return resource.key }
        return [time.name] + resource.key.filter { $0 != time.name }
    }
}

extension Condition {
    /// Values it compares with.
    fileprivate var valueCount: Int {
        if case .anyOf(_, let values) = self { return values.count }
        return 1
    }
}

/// One end of a time range: a date stands for the whole day of the zone, a timestamp for itself.
private struct TimeBound {
    let start: Instant
    /// Exclusive.
    let end: Instant

    init?(_ value: JSONValue, zone: ZoneRules?) {
        guard let text = value.asText, let instant = Timestamp.parse(text) else { return nil }
        guard text.utf8.count == 10 else {
            start = instant
            end = instant
            return
        }
        func midnight(_ localSeconds: Int64) -> Instant {
            zone?.instant(localSeconds: localSeconds) ?? Instant(seconds: localSeconds)
        }
        // The first day of the calendar may begin before there are instants, and the last one end behind them.
        start = max(midnight(instant.seconds), Timestamp.range.lowerBound)
        end = midnight(instant.seconds + 86_400)
    }
}

extension Column {
    /// The instant as a bound in the type of this time column.
    ///
    /// A day begins at its midnight, so a day is at or after an instant when it is at or after the first midnight from
    /// there on.
    fileprivate func bound(_ instant: Instant) -> Literal {
        guard type == .date else { return .timestamp(instant) }
        let day: Int64 = 86_400_000_000
        let (days, time) = instant.microseconds.quotientAndRemainder(dividingBy: day)
        let midnight = Instant(microseconds: (time > 0 ? days + 1 : days) * day)
        return .date(String(Timestamp.format(midnight).prefix(10)))
    }
}

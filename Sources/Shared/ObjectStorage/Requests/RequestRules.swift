import HTTPTransport

/// How often, after which pauses and for how long the requests to one store are sent again; what all of them share.
struct RequestRules: Sendable {
    let policy: RetryPolicy
    /// What all requests may spend on trying again.
    let quota: RetryQuota
    let clock: StoreClock
    /// What is done about a store that refuses connections.
    let outage: StoreOutage
}

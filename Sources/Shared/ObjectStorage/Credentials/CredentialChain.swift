package import JobCore
package import Signing

/// The first source that is configured gives the credentials; they are kept and renewed before they end.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>
package actor CredentialChain: CredentialSource {
    /// Credentials are renewed that long before they end.
    private static let margin = Duration.seconds(300)
    /// After a failed renewal the next one waits that long, while the old credentials live.
    private static let pause = Duration.seconds(60)

    /// What a source gave.
    private struct Found: Sendable {
        let credentials: AWSCredentials
        let provider: any CredentialProvider
    }

    /// A load that is under way.
    private struct Flight {
        let number: Int
        let task: Task<Result<Found, JobError>, Never>
    }

    private let providers: [any CredentialProvider]
    private var found: Found?
    /// When `found` should be renewed.
    private var renewal = Instant.infinity
    private var flight: Flight?
    private var flights = 0
    /// The source that gave credentials once; renewals ask no other, because identities must not change in a run.
    private var chosen: (any CredentialProvider)?

    /// Asks the providers in this order.
    package init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    /// The order of the AWS SDKs: environment, shared files, web identity, container, machine.
    ///
    /// The region is the token service's; nil: that of the profile or the environment.
    package init(_ context: CredentialContext, region: String? = nil) {
        self.init([
            EnvironmentCredentials(context), ProfileCredentials(context, region: region),
            WebIdentityCredentials(context, region: region), ContainerCredentials(context),
            InstanceCredentials(context),
        ])
    }

    /// What messages call the source in use; nil before the first credentials.
    package var source: String? { chosen?.name }

    /// Credentials that live at that time.
    ///
    /// Callers that come while a load is under way wait for it. When a renewal fails, the old credentials are given as
    /// long as they live. Throws `credentials_missing` when no source is configured.
    package func current(now: Instant) async throws(JobError) -> AWSCredentials {
        if let found, now < renewal { return found.credentials }
        let flight = flight ?? start()
        let result = await flight.task.value
        return try land(flight.number, result, now)
    }

    /// Forgets credentials that a service called expired, so that the next caller loads others.
    ///
    /// With `refused` only these are forgotten, so that many requests that fail together lead to one load.
    package func invalidate(_ refused: AWSCredentials?) {
        if let refused, found?.credentials != refused { return }
        found = nil
    }

    /// Forgets whatever it has.
    package func invalidate() { invalidate(nil) }

    private func start() -> Flight {
        flights += 1
        let providers = chosen.map { [$0] } ?? providers
        let isRenewal = chosen != nil
        let flight = Flight(number: flights, task: Task { await Self.load(providers[...], providers, isRenewal) })
        self.flight = flight
        return flight
    }

    /// What a load means at that time; the first of its callers to come back keeps the result.
    private func land(
        _ number: Int, _ result: Result<Found, JobError>, _ now: Instant
    ) throws(JobError) -> AWSCredentials {
        let isFirst = flight?.number == number
        if isFirst { flight = nil }
        let failure: JobError
        switch result {
        case .failure(let error): failure = error
        case .success(let new):
            let end = new.credentials.expiresAt ?? .infinity
            if now < end {
                if isFirst { keep(new, until: end, now) }
                return new.credentials
            }
            failure = CredentialFailure.unavailable(new.provider.name, "those it has are expired")
        }
        guard let found else { throw failure }
        let end = found.credentials.expiresAt ?? .infinity
        guard now < end else { throw failure }
        if isFirst { renewal = min(now + Self.pause, end) }
        return found.credentials
    }

    private func keep(_ new: Found, until end: Instant, _ now: Instant) {
        found = new
        chosen = new.provider
        // Credentials that are given with less life than the margin are not asked for again at every call.
        renewal = max(end - Self.margin, min(now + Self.pause, end))
    }

    private static func load(
        _ rest: ArraySlice<any CredentialProvider>, _ all: [any CredentialProvider], _ isRenewal: Bool
    ) async -> Result<Found, JobError> {
        guard let provider = rest.first else { return .failure(missing(all, isRenewal)) }
        do throws(JobError) {
            if let credentials = try await provider.load() {
                return .success(Found(credentials: credentials, provider: provider))
            }
        } catch {
            return .failure(error)
        }
        return await load(rest.dropFirst(), all, isRenewal)
    }

    private static func missing(_ tried: [any CredentialProvider], _ isRenewal: Bool) -> JobError {
        let names = tried.map(\.name).joined(separator: ", ")
        if isRenewal { return CredentialFailure.unavailable(names, "it has none any more") }
        return JobError(
            .credentialsMissing, "found no AWS credentials; looked at: \(names)",
            hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_WEB_IDENTITY_TOKEN_FILE with "
                + "AWS_ROLE_ARN")
    }
}

internal import JobCore

/// Asks for a source, or the rest of it, and follows its redirects.
struct SourceRequests: Sendable {
    /// What one attempt led to.
    enum Outcome {
        /// The final answer, a body to be read.
        case answer(any HTTPBodyReader)
        /// No answer, or one that another attempt may better.
        case again(JobError)
    }

    private enum Step {
        case final(Outcome)
        case redirect(SourceURL)
    }

    let sender: any HTTPSender
    let allowList: AllowList
    let maximumRedirects: Int

    /// Goes from the URL to the answer that is no redirect.
    ///
    /// Each target is checked as the URL itself was. Throws what no further attempt can better.
    func attempt(_ start: SourceURL, fields: [HTTPField]) async throws(JobError) -> Outcome {
        var url = start
        var visited: Set<SourceURL> = [start]
        for _ in 0...maximumRedirects {
            switch try await step(url, fields: fields) {
            case .final(let outcome): return outcome
            case .redirect(let target): url = target
            }
            guard visited.insert(url).inserted else { throw SourceFailure.redirect("redirects in a circle") }
        }
        throw SourceFailure.redirect("redirects more than \(maximumRedirects) times")
    }

    private func step(_ url: SourceURL, fields: [HTTPField]) async throws(JobError) -> Step {
        let reader: any HTTPBodyReader
        do {
            reader = try await sender.open(HTTPRequest("GET", url.text, fields: fields))
        } catch {
            guard error.isTransient else { throw SourceFailure.of(error) }
            return .final(.again(SourceFailure.unreachable(error)))
        }
        do {
            return try await judge(reader, of: url)
        } catch {
            await reader.close()
            throw error
        }
    }

    private func judge(_ reader: any HTTPBodyReader, of url: SourceURL) async throws(JobError) -> Step {
        let head = reader.head
        switch head.status {
        case 200, 206, 412, 416: return .final(.answer(reader))
        case 301, 302, 303, 307, 308:
            let target = try target(of: head, from: url)
            await reader.close()
            return .redirect(target)
        case 408, 429, 500...599:
            await reader.close()
            return .final(.again(SourceFailure.status(head.status)))
        default: throw SourceFailure.status(head.status)
        }
    }

    private func target(of head: HTTPHead, from url: SourceURL) throws(JobError) -> SourceURL {
        guard let location = head["Location"], !location.isEmpty else {
            throw SourceFailure.redirect("redirects without saying where to")
        }
        let target: SourceURL
        do {
            target = try url.resolving(location, allowList: allowList)
        } catch {
            throw SourceFailure.redirect("redirects to a URL that is not permitted")
        }
        if url.scheme == .https, target.scheme == .http {
            throw SourceFailure.redirect("redirects from https to http")
        }
        return target
    }
}

import CCurl
import JobCore

/// Drives the transfers of one client; lives on the client's thread alone.
@safe
final class CurlWorker {
    private let multi: UnsafeMutableRawPointer
    private let options: HTTPClientOptions
    private let tickSeconds: Double
    private var active: [ObjectIdentifier: CurlExchange] = [:]
    private var waiting: [Transfer] = []
    private var nextTick = 0.0

    init(_ multi: UnsafeMutableRawPointer, _ options: HTTPClientOptions) {
        unsafe self.multi = multi
        self.options = options
        tickSeconds = min(max(options.stallSeconds / 8, 0.01), 0.5)
        // Requests beyond the limit wait here and not in libcurl, where waiting looks like a stall.
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.maximumConnections)
    }

    /// Does what was asked; `false` when asked to stop.
    func handle(_ commands: [CurlCommand]) -> Bool {
        for command in commands {
            switch command {
            case .start(let transfer): waiting.append(transfer)
            case .resume(let transfer): resume(transfer)
            case .cancel(let transfer):
                waiting.removeAll { $0 === transfer }
                if let exchange = active[ObjectIdentifier(transfer)] { remove(exchange) }
            case .stop: return false
            }
        }
        startWaiting()
        return true
    }

    /// One round: moves what can move, then waits until more can, or a command comes.
    func turn() {
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
        takeMessages()
        watch()
        startWaiting()
        let timeout = active.isEmpty && waiting.isEmpty ? 60_000 : Int32(tickSeconds * 1000)
        unsafe curl_multi_poll(multi, nil, 0, timeout, nil)
    }

    /// Ends everything that is under way.
    func end(_ commands: [CurlCommand]) {
        let failure = HTTPFailure(.cancelled, "http: the client was closed")
        for command in commands {
            if case .start(let transfer) = command { waiting.append(transfer) }
        }
        for transfer in waiting { transfer.finish(.failure(failure)) }
        waiting = []
        for exchange in Array(active.values) {
            remove(exchange)
            exchange.transfer.finish(.failure(failure))
        }
    }

    private func startWaiting() {
        while !waiting.isEmpty, active.count < options.maximumConnections {
            let transfer = waiting.removeFirst()
            if !transfer.isFinished { start(transfer) }
        }
    }

    private func start(_ transfer: Transfer) {
        do throws(HTTPFailure) {
            let exchange = try CurlExchange(transfer, options)
            guard unsafe curl_multi_add_handle(multi, exchange.easy) == CURLM_OK else {
                throw HTTPFailure(.interrupted, "http: \(transfer.target.name): the transfer cannot be started")
            }
            active[ObjectIdentifier(transfer)] = exchange
        } catch {
            transfer.finish(.failure(error))
        }
    }

    private func resume(_ transfer: Transfer) {
        guard let exchange = active[ObjectIdentifier(transfer)] else { return }
        exchange.noteMovement()
        let code = unsafe curl_easy_pause(exchange.easy, CURLPAUSE_CONT)
        // Bytes that waited in libcurl are delivered by this call, and it alone tells that they were refused.
        if code != CURLE_OK { finish(exchange, CurlCode(rawValue: code.rawValue)) }
    }

    private func takeMessages() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle,
                let exchange = unsafe CurlExchange.of(easy)
            else { continue }
            let code = unsafe CurlCode(rawValue: message.pointee.data.result.rawValue)
            if exchange.canStartAgain(after: code), restart(exchange) { continue }
            finish(exchange, code)
        }
    }

    private func restart(_ exchange: CurlExchange) -> Bool {
        unsafe curl_multi_remove_handle(multi, exchange.easy)
        exchange.prepareAgain()
        return unsafe curl_multi_add_handle(multi, exchange.easy) == CURLM_OK
    }

    private func finish(_ exchange: CurlExchange, _ code: CurlCode) {
        let outcome = exchange.outcome(code)
        remove(exchange)
        exchange.transfer.finish(outcome)
    }

    private func remove(_ exchange: CurlExchange) {
        active[ObjectIdentifier(exchange.transfer)] = nil
        unsafe curl_multi_remove_handle(multi, exchange.easy)
    }

    /// Ends what stands still, and what waited for its turn until its time was over.
    private func watch() {
        let now = WallClock.monotonicSeconds()
        guard now >= nextTick else { return }
        nextTick = now + tickSeconds
        for exchange in Array(active.values) where exchange.isStalled(now: now, after: options.stallSeconds) {
            remove(exchange)
            exchange.transfer.finish(
                .failure(HTTPFailure(.stalled, "http: \(exchange.transfer.target.name): nothing moved for too long")))
        }
        for transfer in waiting {
            guard let deadline = transfer.deadline, deadline <= now else { continue }
            transfer.finish(
                .failure(HTTPFailure(.timedOut, "http: \(transfer.target.name): the time allowed is over")))
        }
        waiting.removeAll { $0.isFinished }
    }
}

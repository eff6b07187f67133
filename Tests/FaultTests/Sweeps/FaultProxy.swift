internal import TestSupport

@testable internal import JobBench

/// Stands between a job and a server on 127.0.0.1 and does to its connections what networks do.
final class FaultProxy: Sendable {
    /// What happens to a connection.
    enum Toxic: String, CaseIterable, Sendable {
        /// Bytes come late.
        case latency
        /// The connection is reset after some bytes.
        case reset
        /// Bytes come in crumbs.
        case slicing
        /// The connection ends, in good order, after some bytes.
        case truncation
        /// After some bytes nothing more comes, and nothing ends.
        case blackhole
    }

    private let process: PythonProcess

    var port: Int { process.port }

    /// A proxy that strikes about every second connection; the same seed strikes in the same way.
    init(to port: Int, _ toxic: Toxic, seed: UInt64) throws {
        process = try PythonProcess(Self.script, [String(port), toxic.rawValue, String(seed)])
    }

    private static let script = #"""
        import random, socket, struct, sys, threading, time
        target, toxic, seed = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        print(listener.getsockname()[1], file=sys.stderr)

        def end(pair, hard):
            for one in pair:
                try:
                    if hard:
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        # The other thread lets go of it.
                        one.shutdown(socket.SHUT_RD)
                        one.close()
                    else:
                        one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        class Fate:
            def __init__(self, number):
                chance = random.Random(seed * 1000 + number)
                self.strikes = chance.random() < 0.5
                self.left = int(10 ** chance.uniform(0, 5.5))
                self.chance = chance
                self.lock = threading.Lock()

        def relay(source, sink, pair, fate):
            try:
                while data := source.recv(65536):
                    if fate.strikes and toxic == "latency":
                        time.sleep(fate.chance.uniform(0, 0.08))
                    elif fate.strikes and toxic == "slicing" and fate.left > 0:
                        # Crumbs at first, or a job would take all day.
                        with fate.lock:
                            crumbs, fate.left = min(len(data), 300), fate.left - min(len(data), 300)
                        place = 0
                        while place < crumbs:
                            size = fate.chance.randint(1, 40)
                            sink.sendall(data[place:min(place + size, crumbs)])
                            place += size
                            time.sleep(0.0005)
                        data = data[crumbs:]
                    elif fate.strikes and toxic in ("reset", "truncation", "blackhole"):
                        with fate.lock:
                            fate.left -= len(data)
                            over = fate.left < 0
                        if over:
                            keep = max(0, len(data) + fate.left)
                            if toxic != "reset":
                                sink.sendall(data[:keep])
                            if toxic == "blackhole":
                                while source.recv(65536):
                                    pass
                                return
                            end(pair, toxic == "reset")
                            return
                    sink.sendall(data)
            except OSError:
                pass
            end(pair, False)

        number = 0
        while True:
            client, _ = listener.accept()
            number += 1
            try:
                server = socket.create_connection(("127.0.0.1", target))
            except OSError:
                client.close()
                continue
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            fate = Fate(number)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=relay, args=(*pair, (client, server), fate), daemon=True).start()
        """#
}

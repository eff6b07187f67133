import Synchronization

/// Buffers that come back: the receiver of a stage returns what it has used, the sender takes it again.
package final class Pool<Element: Sendable>: Sendable {
    private let items = Mutex<[Element]>([])
    private let make: @Sendable () -> Element

    /// An empty pool that makes a new element when none is free.
    package init(_ make: @escaping @Sendable () -> Element) {
        self.make = make
    }

    /// A free element, or a new one.
    package func take() -> Element {
        items.withLock { $0.popLast() } ?? make()
    }

    /// Hands an element back.
    package func give(_ element: consuming Element) {
        let element = element
        items.withLock { $0.append(element) }
    }
}

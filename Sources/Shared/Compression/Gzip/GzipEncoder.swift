import CISAL
import Glibc
import JobCore

/// Writes gzip members (RFC 1952) with ISA-L: no name, no time, operating system unknown.
@safe
final class GzipEncoder {
    private static let bufferBytes = 256 << 10

    private let stream: UnsafeMutablePointer<isal_zstream>
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    init() throws(JobError) {
        guard let stream = unsafe cisal_deflate_new() else { throw CompressionFailure.noMemory() }
        unsafe self.stream = stream
        unsafe buffer = .allocate(capacity: Self.bufferBytes)
    }

    deinit {
        unsafe free(stream)
        unsafe buffer.deallocate()
    }

    /// Adds input to the member and appends what is ready; `isEnd` completes the member and gets ready for the next.
    func encode(_ input: [UInt8], isEnd: Bool, into output: inout [UInt8]) throws(JobError) {
        precondition(input.count <= Int(UInt32.max), "a piece has less than 4 GiB")
        let isDone = unsafe input.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            unsafe stream.pointee.end_of_stream = isEnd ? 1 : 0
            repeat {
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = UInt32(buffer.count)
                if unsafe isal_deflate(stream) != COMP_OK { return false }
                let count = unsafe buffer.count - Int(stream.pointee.avail_out)
                unsafe output.append(contentsOf: buffer[..<count])
            } while unsafe stream.pointee.avail_out == 0
            return unsafe stream.pointee.avail_in == 0 && (!isEnd || cisal_deflate_is_finished(stream) != 0)
        }
        if !isDone { throw CompressionFailure.encoder(.gzip) }
        if isEnd { unsafe cisal_deflate_reset(stream) }
    }
}

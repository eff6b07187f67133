import CISAL
import Glibc
import JobCore

/// Reads gzip members, one after the other, with ISA-L, which checks length and CRC-32 of each.
///
/// Zeros after a member are padding, as for the gzip tool; anything else there must be another member.
@safe
final class GzipDecoder {
    private enum Stage {
        case header(GzipHeader)
        case body
        /// After a member: the source may end, another one may follow.
        case end
    }

    private let state: UnsafeMutablePointer<inflate_state>
    private var stage = Stage.header(GzipHeader())
    /// Whether the decoder may hold bytes that had no room in the last output.
    private(set) var hasPending = false

    init() throws(JobError) {
        guard let state = unsafe cisal_inflate_new() else { throw CompressionFailure.noMemory() }
        unsafe self.state = state
    }

    deinit { unsafe free(state) }

    /// Whether a source may end here.
    var isComplete: Bool {
        if case .end = stage { true } else { false }
    }

    func decode(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(DecodingDefect) -> DecodingProgress {
        var progress = DecodingProgress()
        while progress.produced < output.count {
            try unsafe readHeaders(input, &progress)
            guard case .body = stage, progress.consumed < input.count || hasPending else { break }
            let rest = unsafe UnsafeBufferPointer(rebasing: input[progress.consumed...])
            let room = unsafe UnsafeMutableBufferPointer(rebasing: output[progress.produced...])
            let given = UInt32(clamping: rest.count)
            let space = UInt32(clamping: room.count)
            unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
            unsafe state.pointee.avail_in = given
            unsafe state.pointee.next_out = room.baseAddress
            unsafe state.pointee.avail_out = space
            let result = unsafe isal_inflate(state)
            progress.consumed += unsafe Int(given - state.pointee.avail_in)
            progress.produced += unsafe Int(space - state.pointee.avail_out)
            guard result >= ISAL_DECOMP_OK, result != ISAL_NEED_DICT else {
                throw .corrupt(offset: progress.consumed)
            }
            hasPending = unsafe state.pointee.avail_out == 0
            if unsafe cisal_inflate_is_finished(state) != 0 {
                stage = .end
                hasPending = false
            } else if unsafe state.pointee.avail_in == given, unsafe state.pointee.avail_out == space, given > 0 {
                // Valid data always moves on; this keeps a defect of the library from looping for ever.
                throw .corrupt(offset: progress.consumed)
            }
        }
        return progress
    }

    /// Passes over padding and the header of the next member, as far as they have come.
    private func readHeaders(
        _ input: UnsafeBufferPointer<UInt8>, _ progress: inout DecodingProgress
    ) throws(DecodingDefect) {
        while progress.consumed < input.count {
            switch stage {
            case .body:
                return
            case .end:
                if unsafe input[progress.consumed] != 0 {
                    stage = .header(GzipHeader())
                } else {
                    progress.consumed += 1
                }
            case .header(var header):
                guard unsafe header.add(input[progress.consumed]) else { throw .corrupt(offset: progress.consumed) }
                progress.consumed += 1
                if header.isComplete { unsafe isal_inflate_reset(state) }
                stage = header.isComplete ? .body : .header(header)
            }
        }
    }
}

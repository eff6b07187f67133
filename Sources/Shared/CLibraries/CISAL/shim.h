#pragma once
#include <isa-l.h>
#include <stdlib.h>
#include <string.h>

// The stream structures hold arrays too long for Swift to import, so they are made and inspected here. They are
// aligned to a cache line because their hash tables are.

#define CISAL_ALIGNED(size) (((size) + 63) & ~(size_t)63)

// Makes the encoder ready for a new member. Clears all of it: isal_deflate_reset leaves match tables of the member
// before, and memory from the allocator has contents of its own; both would show in the output.
static inline void cisal_deflate_reset(struct isal_zstream *_Nonnull stream) {
    const size_t stream_size = CISAL_ALIGNED(sizeof(struct isal_zstream));
    memset(stream, 0, stream_size + ISAL_DEF_LVL1_DEFAULT);
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = (uint8_t *)stream + stream_size;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->gzip_flag = IGZIP_GZIP;
}

// A gzip encoder at level 1 with its level buffer behind it in the same block; NULL without memory. End with free().
static inline struct isal_zstream *_Nullable cisal_deflate_new(void) {
    const size_t size = CISAL_ALIGNED(sizeof(struct isal_zstream)) + CISAL_ALIGNED(ISAL_DEF_LVL1_DEFAULT);
    struct isal_zstream *stream = (struct isal_zstream *)aligned_alloc(64, size);
    if (stream) cisal_deflate_reset(stream);
    return stream;
}

// Whether the trailer has been written in full.
static inline int cisal_deflate_is_finished(const struct isal_zstream *_Nonnull stream) {
    return stream->internal_state.state == ZSTATE_END;
}

// A decoder of what follows a gzip header, the trailer checked; NULL without memory. End with free().
static inline struct inflate_state *_Nullable cisal_inflate_new(void) {
    struct inflate_state *state =
        (struct inflate_state *)aligned_alloc(64, CISAL_ALIGNED(sizeof(struct inflate_state)));
    if (!state) return NULL;
    isal_inflate_init(state);
    state->crc_flag = ISAL_GZIP_NO_HDR_VER;
    return state;
}

// Makes the decoder ready for a stream without header and trailer (RFC 1951).
static inline void cisal_inflate_reset_raw(struct inflate_state *_Nonnull state) {
    isal_inflate_reset(state);
    state->crc_flag = ISAL_DEFLATE;
}

// Takes out whole bytes that the decoder has read ahead of the end of its stream, at most 8; their number.
static inline int cisal_inflate_take_back(struct inflate_state *_Nonnull state, uint8_t *_Nonnull bytes) {
    int spare = state->read_in_length % 8;
    int count = state->read_in_length / 8;
    if (state->read_in_length < 0) return 0;
    uint64_t rest = state->read_in >> spare;
    for (int i = 0; i < count; i++) bytes[i] = (uint8_t)(rest >> (8 * i));
    state->read_in = 0;
    state->read_in_length = 0;
    return count;
}

// Whether a member was read to its end, its trailer was right and all its bytes were handed out.
static inline int cisal_inflate_is_finished(const struct inflate_state *_Nonnull state) {
    return state->block_state == ISAL_BLOCK_FINISH;
}

#include "composer/layer/gzip_member.hpp"

#include <libdeflate.h>

#include <new>

#include "signer/c_handle.hpp"
#include "signer/error.hpp"

namespace compose {

std::string libdeflate_version() { return LIBDEFLATE_VERSION_STRING; }

struct GzipEncoder::State {
  CHandle<libdeflate_compressor, libdeflate_free_compressor> compressor{
      libdeflate_alloc_compressor(gzip_level)};
};

GzipEncoder::GzipEncoder() : state_(std::make_unique<State>()) {
  if (!state_->compressor) throw std::bad_alloc();
}

GzipEncoder::~GzipEncoder() = default;

std::size_t GzipEncoder::bound(std::size_t block) const {
  return libdeflate_gzip_compress_bound(state_->compressor.get(), block);
}

std::size_t GzipEncoder::encode(std::span<const std::byte> block, std::span<std::byte> member) {
  const std::size_t length = libdeflate_gzip_compress(state_->compressor.get(), block.data(), block.size(),
                                                      member.data(), member.size());
  if (length == 0) throw failure_error("gzip: a member does not fit its bound");
  return length;
}

}  // namespace compose

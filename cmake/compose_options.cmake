# What every target of ours is compiled with.
add_library(compose_options INTERFACE)
target_compile_features(compose_options INTERFACE cxx_std_20)
target_include_directories(compose_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(compose_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough
  -fstack-protector-strong)
# g++ 12 sees overflows in std::string's own code when it inlines it (GCC bugs 105329, 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(compose_options INTERFACE -Wno-stringop-overflow -Wno-stringop-overread
                         -Wno-restrict -Wno-array-bounds)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
target_compile_definitions(compose_options INTERFACE _FILE_OFFSET_BITS=64 COMPOSE_VERSION="${PROJECT_VERSION}")
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(COMPOSE_WERROR "Warnings are errors" OFF)
if(COMPOSE_WERROR)
  target_compile_options(compose_options INTERFACE -Werror)
endif()

option(COMPOSE_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
if(COMPOSE_SANITIZE)
  target_compile_options(compose_options INTERFACE -fsanitize=address,undefined
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(compose_options INTERFACE -fsanitize=address,undefined)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

option(COMPOSE_PRECOMPILE "Precompile what almost every file includes" ON)

# A room: a static library with its own warnings.
function(compose_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PUBLIC compose_options ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  if(COMPOSE_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
  endif()
endfunction()

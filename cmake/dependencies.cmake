# What the library stands on: protobuf-c and zlib always, OpenMP and OpenBLAS where they are found.
# Sets ONNXGRAD_DEPENDENCIES to the targets to link.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenMP COMPONENTS C)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
find_program(PROTOC_C protoc-c REQUIRED)

set(ONNXGRAD_DEPENDENCIES PkgConfig::PROTOBUF_C ZLIB::ZLIB Threads::Threads m)
if(OpenMP_C_FOUND)
    list(APPEND ONNXGRAD_DEPENDENCIES OpenMP::OpenMP_C)
else()
    message(STATUS "OpenMP was not found: everything runs in one thread")
endif()

set(OG_HAVE_OPENBLAS OFF)
if(ONNXGRAD_OPENBLAS)
    pkg_check_modules(OPENBLAS IMPORTED_TARGET openblas)
    if(OPENBLAS_FOUND)
        set(OG_HAVE_OPENBLAS ON)
        list(APPEND ONNXGRAD_DEPENDENCIES PkgConfig::OPENBLAS)
    else()
        message(STATUS "OpenBLAS was not found: matrix products use plain C")
    endif()
endif()

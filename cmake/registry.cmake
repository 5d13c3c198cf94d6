# Script: finds the descriptors in the sources and writes the lists that the library looks through.
#
#   cmake -DKIND=registry|stages|zoo -DLIST=file-of-source-paths -DOUTPUT=file.c -P registry.cmake
#
# A line `const og_op og_op_NAME = {` is one descriptor, `const og_op og_ops_NAME[] = {` a table of
# them.  The output is touched only when it changes.

cmake_minimum_required(VERSION 3.22)

# collect(NAMES PATTERN): the sorted names in all lines that begin with `const PATTERN = {`.
function(collect names pattern)
    set(found "")
    file(STRINGS "${LIST}" sources)
    foreach(source IN LISTS sources)
        # Line by line of a list would break on the brackets of a table: only the names are kept.
        file(READ "${source}" text)
        string(REGEX MATCHALL "\nconst ${pattern} = {" lines "\n${text}")
        string(REGEX MATCHALL "og_(op|ops|stage|zoo)_[A-Za-z0-9_]+" matches "${lines}")
        list(APPEND found ${matches})
    endforeach()
    list(SORT found)
    set(${names} "${found}" PARENT_SCOPE)
endfunction()

# append_array(TYPE ARRAY SUFFIX PREFIX NAMES...): declarations and one array that ends with NULL.
function(append_array type array suffix prefix)
    foreach(name IN LISTS ARGN)
        string(APPEND text "extern const ${type} ${name}${suffix};\n")
    endforeach()
    string(APPEND text "\nconst ${type} *const ${array}[] = {\n")
    foreach(name IN LISTS ARGN)
        string(APPEND text "    ${prefix}${name},\n")
    endforeach()
    string(APPEND text "    NULL,\n};\n")
    set(text "${text}" PARENT_SCOPE)
endfunction()

set(text "/* Made by cmake/registry.cmake from the descriptors in the sources. */\n")
if(KIND STREQUAL "registry")
    string(APPEND text "#include \"graph/op.h\"\n\n")
    collect(single "og_op og_op_[A-Za-z0-9_]+")
    collect(tables "og_op og_ops_[A-Za-z0-9_]+\\[\\]")
    append_array(og_op og_registry_single "" "&" ${single})
    append_array(og_op og_registry_tables "[]" "" ${tables})
elseif(KIND STREQUAL "stages")
    string(APPEND text "#include \"optim/optim.h\"\n\n")
    collect(single "og_stage og_stage_[A-Za-z0-9_]+")
    append_array(og_stage og_stage_registry "" "&" ${single})
elseif(KIND STREQUAL "zoo")
    string(APPEND text "#include \"models/zoo.h\"\n\n")
    collect(single "og_zoo og_zoo_[A-Za-z0-9_]+")
    append_array(og_zoo og_zoo_models "" "&" ${single})
else()
    message(FATAL_ERROR "registry.cmake: KIND is '${KIND}', expected registry, stages or zoo")
endif()

set(old "")
if(EXISTS "${OUTPUT}")
    file(READ "${OUTPUT}" old)
endif()
if(NOT old STREQUAL text)
    file(WRITE "${OUTPUT}" "${text}")
endif()

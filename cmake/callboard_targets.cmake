# Functions that give every target of the project the same language level, warnings and sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set_property(GLOBAL PROPERTY USE_FOLDERS ON)

find_program(CALLBOARD_CCACHE ccache)
if(CALLBOARD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are only cached with these two checks relaxed (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CALLBOARD_CCACHE})
endif()

if(NOT MSVC)
  find_program(CALLBOARD_LLD ld.lld)
  if(CALLBOARD_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
if(CALLBOARD_SANITIZE)
  add_compile_options(-fsanitize=${CALLBOARD_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CALLBOARD_SANITIZE})
endif()

# callboard_warnings(target): our warnings; third-party headers are system headers and stay silent.
function(callboard_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                           -Wnon-virtual-dtor -Woverloaded-virtual)
endfunction()

# callboard_library(name SOURCES … PUBLIC … PRIVATE …): one folder's static library, callboard::name.
function(callboard_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(target callboard_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(callboard::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(
    ${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  callboard_warnings(${target})
  set_property(GLOBAL APPEND PROPERTY CALLBOARD_LIBRARIES ${target})
endfunction()

# callboard_expect_no_threads(target source…): refuses sources that could start threads.
function(callboard_expect_no_threads target)
  foreach(source ${ARGN})
    file(STRINGS ${source} includes REGEX "^#include <(thread|future|pthread\\.h)>")
    if(includes)
      message(FATAL_ERROR "${target} is SINGLE_THREADED; ${source} has ${includes}")
    endif()
  endforeach()
endfunction()

# callboard_test(name LABEL label SOURCES … LIBRARIES … BY_CASE …): a GoogleTest executable whose suites
# are CTest tests with that label, named label.Suite. No test may take longer than two minutes: a hang is
# a failure. The suites of BY_CASE have cases of many seconds: each case is a test, and they run side by
# side. SINGLE_THREADED: what is tested has one thread, so that ThreadSanitizer has nothing to find; it is
# not built for that one.
function(callboard_test name)
  cmake_parse_arguments(arg "SINGLE_THREADED" "LABEL" "SOURCES;LIBRARIES;BY_CASE" ${ARGN})
  if(arg_SINGLE_THREADED)
    callboard_expect_no_threads(${name} ${arg_SOURCES})
    if(CALLBOARD_SANITIZE STREQUAL "thread")
      return()
    endif()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  callboard_warnings(${name})
  list(JOIN arg_BY_CASE "," by_case)
  set(suites ${CMAKE_CURRENT_BINARY_DIR}/${name}_suites.cmake)
  add_custom_command(
    TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${name}> -DLABEL=${arg_LABEL} -DTIMEOUT=120
            -DBY_CASE=${by_case} -DFILE=${suites} -P ${PROJECT_SOURCE_DIR}/cmake/discover_suites.cmake
    VERBATIM)
  set_property(TARGET ${name} PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/discover_suites.cmake)
  # A program that is not built fails by not being found.
  set(tests ${CMAKE_CURRENT_BINARY_DIR}/${name}_tests.cmake)
  file(CONFIGURE OUTPUT ${tests} @ONLY CONTENT [[
if(EXISTS "@suites@")
  include("@suites@")
else()
  add_test(@name@_is_not_built @name@_is_not_built)
endif()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${tests})
endfunction()

# callboard_allocator(target): jobs are allocated on one thread and freed on another, which is what
# jemalloc is good at. Without it the program works as well; sanitizers bring their own allocator.
find_library(CALLBOARD_JEMALLOC jemalloc)
function(callboard_allocator target)
  if(CALLBOARD_JEMALLOC AND NOT CALLBOARD_SANITIZE)
    # Nothing refers to it by name, so the linker must not leave it out.
    target_link_libraries(${target} PRIVATE -Wl,--no-as-needed ${CALLBOARD_JEMALLOC}
                                            -Wl,--as-needed)
  endif()
endfunction()

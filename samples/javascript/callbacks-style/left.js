const fs = require('fs')
const path = require('path')

function readAll(folder, done) {
  fs.readdir(folder, function (error, names) {
    if (error) return done(error)
    const found = {}
    let waiting = names.length
    if (waiting === 0) return done(null, found)
    names.forEach(function (name) {
      fs.readFile(path.join(folder, name), 'utf8', function (error, text) {
        if (error) return done(error)
        found[name] = text
        waiting = waiting - 1
        if (!waiting) done(null, found)
      })
    })
  })
}

module.exports = readAll

const fs = require("fs");
const path = require("path");

/**
 * Reads every file of a folder.
 */
function readAll(folder, done) {
    fs.readdir(folder, function (err, files) {
        if (err) {
            return done(err);
        }

        const texts = {};
        let left = files.length;
        if (left === 0) {
            return done(null, texts);
        }

        files.forEach(function (file) {
            fs.readFile(path.join(folder, file), "utf8", function (err, content) {
                if (err) {
                    return done(err);
                }
                texts[file] = content;
                left = left - 1;
                if (!left) {
                    done(null, texts);
                }
            });
        });
    });
}

module.exports = readAll;

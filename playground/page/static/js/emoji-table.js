// The emoji that one can pick, with the English words by which they are found.

// What the bot understands under its messages: take back, edit, who wrote this?
const OFTEN = `❌ cross mark take back no | 📝 memo edit note | ❓ question mark who wrote this
| 👍 thumbs up yes | ❤️ red heart love | 😂 tears of joy laugh`;

const PEOPLE = `😀 grinning face smile | 😃 smiling face open mouth | 😄 smiling eyes happy
| 😁 beaming grin | 😆 squinting laugh | 😅 sweat smile relief | 🤣 rolling on the floor laughing
| 😂 tears of joy laugh | 🙂 slightly smiling | 🙃 upside down | 😉 winking wink | 😊 blushing smile
| 😇 angel halo innocent | 🥰 hearts in love | 😍 heart eyes | 🤩 star struck | 😘 blowing a kiss
| 😋 yum delicious | 😛 tongue | 😜 winking tongue | 🤪 zany | 🤑 money mouth | 🤗 hug hugging
| 🤭 hand over mouth giggle | 🤫 shush quiet | 🤔 thinking | 🤐 zipper mouth | 🤨 raised eyebrow
| 😐 neutral | 😑 expressionless | 😶 no mouth | 😏 smirk | 😒 unamused | 🙄 rolling eyes
| 😬 grimace | 🤥 lying | 😌 relieved | 😔 pensive sad | 😪 sleepy | 🤤 drooling | 😴 sleeping
| 😷 mask ill | 🤒 thermometer ill | 🤕 bandage hurt | 🤢 nauseated | 🤮 vomiting | 🤧 sneezing
| 🥵 hot | 🥶 cold freezing | 🥴 woozy | 😵 dizzy | 🤯 mind blown exploding head | 🤠 cowboy
| 🥳 party celebrating | 😎 sunglasses cool | 🤓 nerd glasses | 🧐 monocle | 😕 confused
| 😟 worried | 🙁 frowning | 😮 open mouth surprised | 😲 astonished | 😳 flushed | 🥺 pleading
| 😨 fearful | 😰 anxious sweat | 😢 crying tear | 😭 sobbing loudly | 😱 screaming fear
| 😖 confounded | 😞 disappointed | 😤 triumph huff | 😡 angry pouting | 🤬 swearing
| 😈 smiling devil horns | 👿 angry devil imp | 💀 skull dead | 💩 poo | 🤡 clown | 👻 ghost
| 👽 alien | 🤖 robot bot`;

const HANDS = `👍 thumbs up yes | 👎 thumbs down no | 👋 waving hello goodbye | 🖐️ hand splayed
| ✋ raised hand stop | 👌 ok hand | ✌️ victory peace | 🤞 crossed fingers luck | 🤟 love you
| 🤘 horns rock | 👈 pointing left | 👉 pointing right | 👆 pointing up | 👇 pointing down
| ✊ raised fist | 👊 fist bump | 👏 clapping applause | 🙌 raising hands hooray | 🤝 handshake deal
| 🙏 folded hands please thanks | ✍️ writing hand | 💪 muscle strong | 👀 eyes looking | 👂 ear
| 🧠 brain | 🫡 salute | 🤷 shrug | 🤦 facepalm | 💃 dancing | 🏃 running`;

const HEARTS = `❤️ red heart love | 🧡 orange heart | 💛 yellow heart | 💚 green heart
| 💙 blue heart | 💜 purple heart | 🖤 black heart | 🤍 white heart | 💔 broken heart
| 💕 two hearts | 💯 hundred points perfect | 💢 anger | 💥 explosion collision boom
| 💫 dizzy star | 💦 sweat drops water | 💨 dash wind | 💤 zzz sleep | ✨ sparkles magic
| ⭐ star | 🌟 glowing star | 🔥 fire hot | 🎉 party popper tada | 🎊 confetti`;

const SIGNS = `✅ check mark done yes | ✔️ tick | ❌ cross mark no | ⭕ circle | ❓ question mark
| ❗ exclamation mark | ‼️ double exclamation | ⁉️ interrobang | ⚠️ warning | 🚫 forbidden
| 🛑 stop sign | ➕ plus add | ➖ minus | ➡️ arrow right | ⬅️ arrow left | ⬆️ arrow up
| ⬇️ arrow down | 🔄 again arrows | 🔁 repeat | ▶️ play | ⏸️ pause | ⏹️ stop | ⏪ rewind back
| ⏩ fast forward | 🔔 bell | 🔕 bell off | 💬 speech balloon talk | 💭 thought balloon
| 🗯️ anger balloon | 1️⃣ one | 2️⃣ two | 3️⃣ three | 4️⃣ four | 5️⃣ five | 🅰️ a | 🅱️ b | 🆗 ok | 🆕 new
| 🔴 red circle | 🟠 orange circle | 🟡 yellow circle | 🟢 green circle | 🔵 blue circle
| 🟣 purple circle | ⚫ black circle | ⚪ white circle`;

const THINGS = `📝 memo edit note | ✏️ pencil | 🖊️ pen | 📖 open book read | 📚 books | 📜 scroll
| 📄 page | 🗒️ notepad | 📌 pushpin | 📎 paperclip | ✂️ scissors cut | 🔍 magnifying glass search
| 🔑 key | 🗝️ old key | 🔒 locked | 🔓 unlocked | 💡 light bulb idea | 🕯️ candle | 🏮 lantern
| 🔦 torch flashlight | ⏰ alarm clock | ⏳ hourglass wait | 🎲 die dice game | 🎭 masks theatre troupe
| 🎬 clapper film scene | 🎤 microphone | 🎵 music note | 🎻 violin | 🥁 drum | 🎨 palette art
| 🏆 trophy | 🥇 gold medal first | 🎁 gift present | 🎂 birthday cake | ✉️ envelope letter mail
| 📦 box parcel | 💰 money bag | 💎 gem | 👑 crown | ⚔️ crossed swords fight | 🗡️ dagger | 🛡️ shield
| 🏹 bow arrow | 🔮 crystal ball | 🪄 magic wand | 🧪 test tube potion | ⚗️ alembic | 📡 antenna
| 💻 laptop computer | 📷 camera | 📞 telephone | 🧭 compass | 🗺️ map`;

const NATURE = `🐶 dog | 🐱 cat | 🦊 fox | 🐻 bear | 🐺 wolf | 🐴 horse | 🦄 unicorn | 🐉 dragon | 🐍 snake
| 🦉 owl | 🐦 bird | 🕊️ dove peace | 🦅 eagle | 🐟 fish | 🐙 octopus | 🦋 butterfly | 🐝 bee | 🕷️ spider
| 🌹 rose | 🌻 sunflower | 🌳 tree | 🌲 evergreen forest | 🍂 fallen leaves autumn | 🍄 mushroom
| 🌍 earth world | 🌙 crescent moon night | ☀️ sun day | ⛅ cloud sun | 🌧️ rain | ⛈️ storm thunder
| ⚡ lightning | ❄️ snowflake winter | 🌫️ fog mist | 🌊 wave sea water | 🌈 rainbow | 🌋 volcano`;

const PLACES = `☕ coffee tea | 🍺 beer | 🍷 wine | 🍞 bread | 🧀 cheese | 🍎 apple | 🍕 pizza | 🍰 cake
| 🍪 cookie | 🏠 house home | 🏰 castle | 🏚️ ruin | ⛪ church | 🏛️ temple | 🌉 bridge | ⛵ sailing boat
| 🚢 ship ferry | ⚓ anchor | 🚂 train | 🚗 car | ✈️ aeroplane | 🚀 rocket launch | 🏝️ island
| 🏔️ mountain | 🏕️ camp tent | 🛤️ railway track | 🚪 door | 🪟 window | 🛏️ bed | 🪑 chair | 🏁 finish flag`;

const read = (text) => text.split("|").map((one) => {
  const [emoji, ...words] = one.trim().split(/\s+/);
  return {emoji, name: words.join(" ")};
});

// Groups of {emoji, name}, in the order in which they are offered.
export const GROUPS = Object.entries({
  "Often used": OFTEN, "Faces": PEOPLE, "Hands": HANDS, "Hearts and sparks": HEARTS,
  "Signs": SIGNS, "Things": THINGS, "Nature": NATURE, "Food and places": PLACES,
}).map(([title, text]) => ({title, emoji: read(text)}));

const NAMES = new Map(GROUPS.flatMap((group) => group.emoji.map((one) => [one.emoji, one.name])));

// The English name of an emoji, or the emoji itself if it is not in the table.
export function emojiName(emoji) {
  return NAMES.get(emoji) ?? emoji;
}

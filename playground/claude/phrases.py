"""The words of the offline narrator: turns of a plot, and moods in which to tell them.

Plain, and of a somewhat old-fashioned stage that most stories can borrow. ``{me}`` is whoever acts,
``{echo}`` a few words somebody just said. No sentence tells what anybody else does, thinks or
says: they may belong to a person.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """A turn that the plot may take, told from four sides.

    Attributes:
        angle: it in a few words, to stand after a mood and "and".
        world: as narration, with nobody in particular acting.
        deed: as an action of whoever acts.
        word: as speech.
        thought: as inner speech.
        lead: how narration brings in what was asked for; ``{wish}`` is that.
    """

    angle: str
    world: str
    deed: str
    word: str
    thought: str
    lead: str


MOVES = (
    Move(
        "a letter",
        "Under the door lies a folded paper that was not there before. The ink has run, and only "
        "the signature can be read.",
        "{me} picks up the paper, reads it twice, and holds it over the candle without letting go.",
        "“{echo}”: the very words. They stand here too, in a hand I know. Who told you?",
        "Burn it now and nobody asks. Keep it and everybody will.",
        "The paper says it in one line: {wish}.",
    ),
    Move(
        "a lie",
        "It goes so quiet that one can hear a glass being set down two rooms away. Something that "
        "was just said does not add up, and it hangs there.",
        "{me} smiles too early, and turns a ring that sits too tight to turn.",
        "I was never there. Ask whom you like. And as for “{echo}”, that is new to me.",
        "Three people know better, and two of them are standing here.",
        "Sooner or later somebody has to come out with it: {wish}.",
    ),
    Move(
        "a stranger at the gate",
        "Hooves on gravel, then a voice that nobody has heard before asks for shelter and gives "
        "the wrong name for the village.",
        "{me} lifts the bar from the gate with one hand and keeps the other behind the back.",
        "You may come in if you tell me first who sent you. Here we say “{echo}”, and mean it.",
        "Those boots have walked from the coast. Nobody walks from the coast in winter.",
        "The stranger has come for one reason, and says it: {wish}.",
    ),
    Move(
        "a bargain",
        "On the table lie a key, a purse and a knife, and there is room for one more thing.",
        "{me} pushes the purse across, keeps two fingers on it, and waits.",
        "Half now. The other half when it is done, and never again a word about “{echo}”.",
        "It is too cheap. What costs so little is paid for later.",
        "The price is named at last, and it is this: {wish}.",
    ),
    Move(
        "something breaks",
        "With a dry crack the beam gives way. Dust falls first, after it the lamp, and then the "
        "dark is complete.",
        "{me} gropes along the wall, finds the handle, and finds it hot.",
        "Stay where you are! Count aloud, so that I know who is left. “{echo}” can wait.",
        "The crack came from below. There is nothing below.",
        "Out of the rubble comes what had to come: {wish}.",
    ),
    Move(
        "an old song",
        "Outside somebody whistles a tune from before the war, gets the third bar wrong, and "
        "begins again.",
        "{me} taps along on the sill and stops short at the same wrong note.",
        "My mother sang that. Her second verse went “{echo}”, and after it nobody in the house "
        "would speak.",
        "The wrong note is the signal. It has been fourteen years.",
        "The last verse, as it turns out, is about this: {wish}.",
    ),
    Move(
        "a debt called in",
        "The clerk unrolls the list, wets a thumb, and goes down the names. At the ninth the "
        "thumb comes to rest.",
        "{me} counts coins into a row, comes up four short, and adds a button.",
        "You said “{echo}”. Very well, I have it in writing, and today is the day.",
        "Four coins. Kingdoms have been lost for less, though seldom with so much time to watch.",
        "One clause stands at the bottom, in small letters: {wish}.",
    ),
    Move(
        "a way out",
        "Behind the shelves a draught moves the cobwebs. Where air comes in, something else "
        "could get out.",
        "{me} shoulders the shelf aside. Behind it steps lead down, worn in the middle.",
        "There is a passage. It fits one at a time, and it does not fit “{echo}”. Leave that here.",
        "Whoever goes last has to pull the shelf back. Nobody has thought of that yet.",
        "At the far end a light is waiting, and with it this: {wish}.",
    ),
    Move(
        "bad news from far off",
        "A rider falls from the saddle more than climbing down, drinks a whole pitcher, and only "
        "then shakes a head at all of them.",
        "{me} takes the reins, so as to have something to hold.",
        "Say it straight out. The bridge is gone, is it not? Then “{echo}” was all for nothing.",
        "If the bridge is gone we have until Thursday, and the others do not know it.",
        "What the rider brings fits into few words: {wish}.",
    ),
    Move(
        "a small kindness",
        "A child comes in with a bowl of soup carried in both hands, does not spill a drop, and "
        "sets it before the one who was scolded most.",
        "{me} breaks the bread, gives away the larger piece, and makes as if it were the smaller.",
        "Eat something first. On an empty stomach “{echo}” sounds worse than it is.",
        "Nobody has asked how I am since spring. Better not to begin with it now.",
        "Between two spoonfuls it becomes plain: {wish}.",
    ),
    Move(
        "the wrong person overhears",
        "A floorboard creaks on the landing, once, where nobody has business to stand.",
        "{me} tears the door open. On the landing a shawl is swinging from its hook.",
        "How long were you there? From “{echo}” on, or before that?",
        "Speak on, and louder: let it be heard, but let it be the wrong half.",
        "Whoever listened now carries it through the house: {wish}.",
    ),
    Move(
        "an animal knows first",
        "The dogs fall silent all at once. Then the oldest creeps under the bench, where it has "
        "not fitted for years.",
        "{me} kneels, lays an ear to the ground, and raises a hand for silence.",
        "Never mind “{echo}”. Look at the dog. When did it last do that?",
        "In the year of the flood it lay there too. We laughed at it then.",
        "By evening everybody will see what the dog has smelt: {wish}.",
    ),
)


@dataclass(frozen=True, slots=True)
class Mood:
    """A tone: its name, and a sentence that sets it."""

    name: str
    opening: str


MOODS = (
    Mood("rain", "It has begun to rain, in large single drops that leave dark coins on the stone."),
    Mood("laughter", "Somebody laughs at the wrong moment, and the laugh catches like a cough."),
    Mood("frost", "Breath stands white in the air; even the lamp seems to burn more slowly."),
    Mood("haste", "There is no time left, and everything takes twice as long as it should."),
    Mood("stillness", "For the length of a prayer nothing happens at all."),
    Mood("heat", "The heat lies on the roofs, and each word costs a little more than usual."),
    Mood("dusk", "The light goes out of the window pane by pane."),
    Mood("smoke", "It smells of smoke, though no fire has been lit since yesterday."),
    Mood("morning", "A cock crows, far too late, as if it had weighed the matter first."),
    Mood("wind", "Wind gets under the door and turns the pages of a book nobody is reading."),
    Mood("fog", "Fog has come up from the river and taken the far half of the yard."),
    Mood("holiday", "From the square comes music, cheerful and slightly out of tune."),
    Mood(
        "thaw", "Water drips from the eaves, first here, then there, as if the house were counting."
    ),
    Mood("salt", "The air tastes of salt, and every handle is a little rough with it."),
    Mood("bells", "A bell begins to strike somewhere, and loses count."),
    Mood("lamplight", "The lamp is turned up, and every shadow in the place takes one step back."),
    Mood("dust", "Dust hangs in the one ray of light and seems to think about falling."),
    Mood("thunder", "Thunder goes round the hills like a guest looking for the right door."),
    Mood(
        "hunger", "From somewhere comes a smell of onions in butter, which makes it all no easier."
    ),
    Mood(
        "moonlight",
        "The moon has found the gap in the clouds and lays a white square on the floor.",
    ),
    Mood("drizzle", "It does not quite rain; the world merely grows damp at the edges."),
    Mood("echoes", "Each step comes back from the far wall a moment late."),
    Mood(
        "candle smoke", "One of the candles has gone out by itself, and its smoke stands upright."
    ),
    Mood("noon", "It is the hour at which nothing has a shadow and everything has a witness."),
    Mood("hail", "Hail rattles over the roof, a handful at a time, like something being paid out."),
    Mood("hay", "It smells of hay and of iron, of a summer put away too early."),
    Mood("stars", "More stars are out than anybody could use."),
    Mood(
        "creaking",
        "Wood creaks, as it does when it grows cold or when somebody has put weight on it.",
    ),
    Mood("birdsong", "A single bird has begun, breaks off, and begins again more carefully."),
    Mood("ice", "On the puddle lies ice, thin as a watch glass, and not yet trodden on."),
    Mood(
        "an empty chair", "One chair has been left free, and it takes up more room than the others."
    ),
    Mood("bread", "Somebody has put bread in the oven; the warmth comes through the wall."),
    Mood("high water", "The water has come up by a hand's breadth since one last looked."),
    Mood("clockwork", "A clock is ticking that was not to be heard before."),
    Mood("snow light", "Snow must have fallen: the ceiling is brighter than the floor."),
    Mood("a draught", "The curtain fills, empties, and fills again, though each window is shut."),
)

WISHES_SPOKEN = (
    "If you ask me, there is one thing to be done: {wish}.",
    "Call me a fool, but I say: {wish}.",
    "Let us not go round it any longer: {wish}.",
    "I have thought it over all night, and it comes to this: {wish}.",
    "You will not like it. Here it is all the same: {wish}.",
    "One of us has to say so aloud: {wish}.",
)
"""How somebody says what was asked for."""

from tests.people import *
